-- Renews the leases of entries that a consumer still owns; only those: a bare
-- XCLAIM would take back what has gone to somebody else.
-- KEYS 1 stream   ARGV 1 group, 2 consumer, then ids in the order of the stream
-- Returns the ids whose lease was lost.

local stream, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local owned, after = {}, ARGV[3]
repeat
  local page = redis.call('XPENDING', stream, group, after, ARGV[#ARGV], 1000, consumer)
  for _, entry in ipairs(page) do
    owned[entry[1]] = true
    after = '(' .. entry[1]
  end
until #page < 1000
local renewed, lost = {}, {}
for index = 3, #ARGV do
  if owned[ARGV[index]] then renewed[#renewed + 1] = ARGV[index] else lost[#lost + 1] = ARGV[index] end
end
if #renewed > 0 then
  renewed[#renewed + 1] = 'JUSTID'
  redis.call('XCLAIM', stream, group, consumer, 0, unpack(renewed))
end
return lost
