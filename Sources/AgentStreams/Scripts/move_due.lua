-- Moves delayed messages that are due into their roles' streams, by the server's time.
-- KEYS for each role: set of delayed messages, the role's stream, its stream of high priority, of low priority
-- ARGV 1 how many of one role to move at most
-- Returns for each role how many were moved, and in how many milliseconds the next one is due, -1 when there is none;
--      or, as a text, why that failed.

-- A first write that is never refused for lack of memory: a server at its limit lets the rest through.
redis.pcall('ZREM', KEYS[1], '')
local now = redis.call('TIME')
local milliseconds = now[1] * 1000 + math.floor(now[2] / 1000)
local latest = string.format('%.0f', milliseconds)

local function move(set, normal, high, low)
  local streams = { normal = normal, high = high, low = low }
  local due = redis.call('ZRANGEBYSCORE', set, '-inf', latest, 'LIMIT', 0, ARGV[1])
  for _, member in ipairs(due) do
    local priority, envelope = string.match(member, '^[^\n]*\n([^\n]*)\n(.*)$')
    -- What is no delayed message goes on as it is, and becomes a dead letter of its role.
    envelope = envelope or member
    local stream = streams[priority or 'normal'] or normal
    local id = stream ~= normal and redis.pcall('XADD', stream, 'NOMKSTREAM', '*', 'envelope', envelope)
    -- One priority that can't be written to must not hold up the others.
    if not id or type(id) == 'table' then redis.call('XADD', normal, '*', 'envelope', envelope) end
    redis.call('ZREM', set, member)
  end
  local next_due = redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')
  if not next_due[2] then return { #due, -1 } end
  return { #due, math.max(0, next_due[2] - milliseconds) }
end

local results = {}
for first = 1, #KEYS, 4 do
  local is_moved, result = pcall(move, KEYS[first], KEYS[first + 1], KEYS[first + 2], KEYS[first + 3])
  results[#results + 1] = is_moved and result or type(result) == 'table' and result.err or tostring(result)
end
return results
