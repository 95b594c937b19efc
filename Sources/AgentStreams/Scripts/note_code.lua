-- Notes which code an agent runs from now on.
-- KEYS 1 the agent's list   ARGV 1 what is noted, 2 how many notes stay, 3 seconds
-- Returns 1.

redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], -ARGV[2], -1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
