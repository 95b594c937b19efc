-- Writes what is to be known of a host that lives, for so long.
-- KEYS 1 the host's key   ARGV 1 milliseconds, then field, value, ...
-- Returns 1.

redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
