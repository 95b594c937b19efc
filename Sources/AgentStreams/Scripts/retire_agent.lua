-- Ends the stream of an agent that is gone: what nobody has finished becomes work for the role.
-- KEYS 1 the agent's stream, 2 the role's stream   ARGV 1 the agent's group, 2 its consumer
-- Returns how many entries were moved. Other groups keep the stream, and so does another consumer of
-- the group: agent ids repeat, and then it is a living agent's.

-- An entry with more values than a call takes goes as one field; it is no envelope either way.
local most_values = 4000

local function move(entry)
  local fields = entry[2]
  if #fields <= most_values then
    redis.call('XADD', KEYS[2], '*', unpack(fields))
  else
    redis.call('XADD', KEYS[2], '*', 'entry', table.concat(fields, '\n'))
  end
end

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
for _, consumer in ipairs(consumers.err and {} or consumers) do
  if consumer[2] ~= ARGV[2] then return 0 end
end
local groups, last_delivered = redis.call('XINFO', 'GROUPS', KEYS[1]), '-'
for _, group in ipairs(groups) do
  local fields = {}
  for index = 1, #group, 2 do fields[group[index]] = group[index + 1] end
  if fields['name'] == ARGV[1] then last_delivered = '(' .. fields['last-delivered-id'] end
end
local moved = 0
if last_delivered ~= '-' then
  local after = '-'
  repeat
    local pending = redis.call('XPENDING', KEYS[1], ARGV[1], after, '+', 1000)
    for _, found in ipairs(pending) do
      local entry = redis.call('XRANGE', KEYS[1], found[1], found[1])[1]
      if entry then
        move(entry)
        moved = moved + 1
      end
      after = '(' .. found[1]
    end
  until #pending == 0
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], last_delivered, '+')) do
  move(entry)
  moved = moved + 1
end
if #groups > 1 then
  redis.call('XGROUP', 'DESTROY', KEYS[1], ARGV[1])
else
  redis.call('DEL', KEYS[1])
end
return moved
