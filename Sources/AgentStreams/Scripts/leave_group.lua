-- Removes a consumer from a group, unless it still holds entries, or lives.
-- KEYS 1 stream, 2 the key that its host keeps while it lives
-- ARGV 1 group, 2 consumer, 3 '1' where it is known to be dead, or leaves by itself
-- Returns 1 when it is gone, 0 when it stays.

if ARGV[3] ~= '1' and redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if pending.err then return 1 end
if pending[1] then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
