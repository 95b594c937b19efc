-- Moves delayed messages that are due into their role's streams, by the server's time.
-- KEYS 1 set of delayed messages, 2 the role's stream, 3 its stream of high priority, 4 of low priority
-- ARGV 1 how many to move at most
-- Returns how many were moved, and in how many milliseconds the next one is due, -1 when there is none.

-- A first write that is never refused for lack of memory: a server at its limit lets the rest through.
redis.call('ZREM', KEYS[1], '')
local streams = { normal = KEYS[2], high = KEYS[3], low = KEYS[4] }
local now = redis.call('TIME')
local milliseconds = now[1] * 1000 + math.floor(now[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', milliseconds), 'LIMIT', 0, ARGV[1])
for _, member in ipairs(due) do
  local priority, envelope = string.match(member, '^[^\n]*\n([^\n]*)\n(.*)$')
  -- What is no delayed message goes on as it is, and becomes a dead letter of its role.
  envelope = envelope or member
  local stream = streams[priority or 'normal'] or KEYS[2]
  local id = stream ~= KEYS[2] and redis.pcall('XADD', stream, 'NOMKSTREAM', '*', 'envelope', envelope)
  -- One priority that can't be written to must not hold up the others.
  if not id or type(id) == 'table' then redis.call('XADD', KEYS[2], '*', 'envelope', envelope) end
  redis.call('ZREM', KEYS[1], member)
end
local next_due = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if not next_due[2] then return { #due, -1 } end
return { #due, math.max(0, next_due[2] - milliseconds) }
