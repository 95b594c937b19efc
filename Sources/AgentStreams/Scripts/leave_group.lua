-- Removes a consumer from a group, unless it still holds entries.
-- KEYS 1 stream   ARGV 1 group, 2 consumer
-- Returns 1 when it is gone, 0 when it holds something.

local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if pending.err then return 1 end
if pending[1] then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
