-- Has a request cancelled, unless it has ended.
-- KEYS 1 the request, 2 the set of cancelled requests   ARGV 1 message id, 2 seconds to remember it, 3 channel and
--        4 message for hosts
-- Returns the state that the request has now.

local set = redis.call('SET', KEYS[1], 'cancelling', 'EX', ARGV[2], 'NX')
if set then
  local now = tonumber(redis.call('TIME')[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
  redis.call('EXPIRE', KEYS[2], ARGV[2])
  redis.call('PUBLISH', ARGV[3], ARGV[4])
end
return redis.call('GET', KEYS[1])
