-- Counts a worker that died of some code, once, and puts that code under quarantine when it has killed
-- too many of late.
-- KEYS 1 workers that the code has killed, 2 the desired state
-- ARGV 1 the worker, 2 milliseconds for which it counts, 3 how many are too many, 4 field of the
--      quarantine, 5 its value, 6 channel, 7 message for hosts
-- Returns how many it has killed, and 1 if it is under quarantine from now on.

local time = redis.call('TIME')
local now, window = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(ARGV[2])
local is_new = redis.call('ZADD', KEYS[1], 'NX', string.format('%.0f', now), ARGV[1]) == 1
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - window))
redis.call('PEXPIRE', KEYS[1], window)
local count = redis.call('ZCARD', KEYS[1])
-- Counted again, as by a successor that died too, it changes nothing: the quarantine may have been lifted.
if not is_new or count < tonumber(ARGV[3]) then return { count, 0 } end
if redis.call('HSETNX', KEYS[2], ARGV[4], ARGV[5]) == 0 then return { count, 0 } end
redis.call('HINCRBY', KEYS[2], 'version', 1)
redis.call('PUBLISH', ARGV[6], ARGV[7])
return { count, 1 }
