-- Ends the stream of an agent that is gone: what it holds becomes work for the role.
-- KEYS 1 the agent's stream, 2 the role's stream
-- Returns how many entries were moved.

local entries = redis.call('XRANGE', KEYS[1], '-', '+')
for _, entry in ipairs(entries) do
  redis.call('XADD', KEYS[2], '*', unpack(entry[2]))
end
redis.call('DEL', KEYS[1])
return #entries
