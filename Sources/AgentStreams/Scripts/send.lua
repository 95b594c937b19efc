-- Adds a request to a role's work, once for each of its producer's keys.
-- KEYS 1 the role's stream of the wanted priority, 2 the role's stream, 3 its set of delayed messages,
--      4 what the producer's key stands for (any key where it has none)
-- ARGV 1 message id, 2 envelope, 3 priority, 4 milliseconds to wait,
--      5 seconds to remember the producer's key, 0 where it has none,
--      6 the channel of those who serve the role, where they are to be told of what waits, 7 what they are told
-- Returns the id of the message that stands for the request, and 'sent', 'known' where it had been sent before,
--      or 'nobody' where nobody ever served the role.

if ARGV[5] ~= '0' then
  local known = redis.call('GET', KEYS[4])
  if known then return { known, 'known' } end
end
if redis.call('EXISTS', KEYS[2]) == 0 then return { ARGV[1], 'nobody' } end
local milliseconds = tonumber(ARGV[4])
if milliseconds > 0 then
  local now = redis.call('TIME')
  local due = now[1] * 1000 + math.floor(now[2] / 1000) + milliseconds
  redis.call('ZADD', KEYS[3], string.format('%.0f', due), ARGV[1] .. '\n' .. ARGV[3] .. '\n' .. ARGV[2])
  if ARGV[6] ~= '' then redis.pcall('PUBLISH', ARGV[6], ARGV[7]) end
else
  local id = redis.call('XADD', KEYS[1], 'NOMKSTREAM', '*', 'envelope', ARGV[2])
  if not id then redis.call('XADD', KEYS[2], '*', 'envelope', ARGV[2]) end
end
if ARGV[5] ~= '0' then redis.call('SET', KEYS[4], ARGV[1], 'EX', ARGV[5]) end
return { ARGV[1], 'sent' }
