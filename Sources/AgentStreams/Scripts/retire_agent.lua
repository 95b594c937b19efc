-- Ends the stream of an agent that is gone: what nobody has finished becomes work for the role.
-- KEYS 1 the agent's stream, 2 the role's stream   ARGV 1 the agent's group, 2 its consumer
-- Returns how many entries were moved. Other groups keep the stream, and so does another consumer of
-- the group: agent ids repeat, and then it is a living agent's. What this consumer held is moved all
-- the same: the living one will never ask for it. Where others keep the stream and the group is gone, it has
-- been retired before.

-- An entry with more values than a call takes goes as one field; it is no envelope either way.
local most_values = 4000

local stream, group, own = KEYS[1], ARGV[1], ARGV[2]
local moved = 0

local function move(entry)
  local fields = entry[2]
  if #fields <= most_values then
    redis.call('XADD', KEYS[2], '*', unpack(fields))
  else
    redis.call('XADD', KEYS[2], '*', 'entry', table.concat(fields, '\n'))
  end
  moved = moved + 1
end

-- Moves what the consumer holds; the ids of all of it.
local function move_pending()
  local after, ids = '-', {}
  repeat
    local pending = redis.call('XPENDING', stream, group, after, '+', 1000, own)
    for _, found in ipairs(pending) do
      local entry = redis.call('XRANGE', stream, found[1], found[1])[1]
      if entry then move(entry) end
      after = '(' .. found[1]
      ids[#ids + 1] = found[1]
    end
  until #pending == 0
  return ids
end

if redis.call('EXISTS', stream) == 0 then return 0 end
-- A first write that is never refused for lack of memory: a server at its limit lets the rest through.
redis.call('XACK', stream, group, '0-0')
local groups, last_delivered = redis.call('XINFO', 'GROUPS', stream), nil
for _, found in ipairs(groups) do
  local fields = {}
  for index = 1, #found, 2 do fields[found[index]] = found[index + 1] end
  if fields['name'] == group then last_delivered = '(' .. fields['last-delivered-id'] end
end
if #groups > 0 and not last_delivered then return 0 end
if last_delivered then
  local is_alone = true
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    if consumer[2] ~= own then is_alone = false end
  end
  local ids = move_pending()
  if not is_alone then
    for _, id in ipairs(ids) do
      redis.call('XACK', stream, group, id)
      if #groups == 1 then redis.call('XDEL', stream, id) end
    end
    redis.call('XGROUP', 'DELCONSUMER', stream, group, own)
    return moved
  end
end
for _, entry in ipairs(redis.call('XRANGE', stream, last_delivered or '-', '+')) do move(entry) end
if #groups > 1 then
  redis.call('XGROUP', 'DESTROY', stream, group)
else
  redis.call('DEL', stream)
end
return moved
