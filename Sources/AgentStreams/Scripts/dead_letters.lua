-- Takes dead letters off their stream; sent again first, where that is asked for.
-- KEYS 1 the dead-letter stream, 2 the role's stream, then for each letter the request that it carries
--      (any key where it carries none)
-- ARGV 1 'replay' or 'remove', then for each letter: its entry id, and for a replay the envelope to send
-- Returns how many were there: one that is gone was replayed or removed by somebody else.

-- A first write that is never refused for lack of memory: a server at its limit lets the rest through.
redis.call('XDEL', KEYS[1], '0-0')
local count, position = 0, 2
for index = 3, #KEYS do
  local id, envelope = ARGV[position], nil
  position = position + 1
  if ARGV[1] == 'replay' then
    envelope = ARGV[position]
    position = position + 1
  end
  if redis.call('XRANGE', KEYS[1], id, id)[1] then
    if envelope then
      local sent = redis.pcall('XADD', KEYS[2], '*', 'envelope', envelope)
      if type(sent) == 'table' then return sent end
      -- It had ended, by the error that became of it; now it has not.
      redis.call('DEL', KEYS[index])
    end
    redis.call('XDEL', KEYS[1], id)
    count = count + 1
  end
end
return count
