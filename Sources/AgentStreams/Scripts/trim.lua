-- Deletes what the only group on a stream has acknowledged and not deleted: consumers that are not
-- agenthost's only acknowledge.
-- KEYS 1 stream   ARGV 1 group
-- Returns how many entries were deleted.

local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
if groups.err or #groups ~= 1 then return 0 end
local fields = {}
for index = 1, #groups[1], 2 do fields[groups[1][index]] = groups[1][index + 1] end
if fields['name'] ~= ARGV[1] then return 0 end
local oldest = redis.call('XPENDING', KEYS[1], ARGV[1])[2]
if oldest then return redis.call('XTRIM', KEYS[1], 'MINID', oldest) end
local milliseconds, sequence = string.match(fields['last-delivered-id'], '^(%d+)-(%d+)$')
-- Sequence numbers are near 0; one too large for Lua to count is left for the next entry to clear.
if #sequence > 15 then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', milliseconds .. '-' .. string.format('%.0f', sequence + 1))
