-- Counts the entries that consumers of a group hold, of a few streams together.
-- KEYS streams   ARGV 1 the group, which each of them has
-- Returns how many there are.

local count = 0
for _, stream in ipairs(KEYS) do count = count + redis.call('XPENDING', stream, ARGV[1])[1] end
return count
