-- Has a request cancelled, unless it has ended.
-- KEYS 1 the request, 2 the set of cancelled requests   ARGV 1 message id, 2 seconds to remember it, 3 channel and
--        4 message for hosts
-- Returns the state that the request has now.

local state = redis.call('GET', KEYS[1])
if state then return state end
local now = tonumber(redis.call('TIME')[1])
-- What can fail comes first: a request that is to be cancelled must be in the set, where hosts look.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('SET', KEYS[1], 'cancelling', 'EX', ARGV[2])
-- Only a hint.
redis.pcall('PUBLISH', ARGV[3], ARGV[4])
return 'cancelling'
