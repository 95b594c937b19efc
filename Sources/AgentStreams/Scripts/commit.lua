-- Commits the outcomes of a batch of deliveries, fenced by ownership: an entry
-- that its consumer no longer owns has no effect at all.
--
-- KEYS   every stream and list that is read or written
-- ARGV   number of source streams, then for each of them
--          key index, group, consumer, how many pending entries to ask for,
--          '1' to delete what is acknowledged or '0' to leave it, number of entries,
--        then for each entry, in the order of the stream,
--          id, number of writes,
--        then for each write one of
--          'F' key index, envelope            to a work stream that must exist
--          'R' key index, envelope, TTL       to a result list; TTL in seconds, 0 for none
--          'D' key index, count, field, value, ...    to a dead-letter stream
-- Returns for each entry: 1 done; 0 not ours; 2 a work stream does not exist;
--         or the error text of a write that was refused. Whatever is not done
--         has left nothing behind and stays pending.

-- A call from a script takes no more.
local most_values = 7000

local argument = 1
local results = {}

local function next_argument()
  local value = ARGV[argument]
  argument = argument + 1
  return value
end

local function refused(reply)
  return type(reply) == 'table' and reply.err
end

-- Performs one write, or only passes over its arguments. Returns the reply,
-- the verb and the key.
local function write(perform)
  local verb = ARGV[argument]
  local key = KEYS[tonumber(ARGV[argument + 1])]
  local envelope = ARGV[argument + 2]
  argument = argument + 3
  if verb == 'F' then
    if perform then
      return redis.pcall('XADD', key, 'NOMKSTREAM', '*', 'envelope', envelope), verb, key
    end
  elseif verb == 'R' then
    local ttl = next_argument()
    if perform then
      local reply = redis.pcall('LPUSH', key, envelope)
      if ttl ~= '0' and type(reply) == 'number' then redis.call('EXPIRE', key, ttl) end
      return reply, verb, key
    end
  else
    local first = argument
    argument = argument + tonumber(envelope)
    if perform then
      if argument - first > most_values then
        return { err = 'ERR a dead letter of more than ' .. most_values .. ' values' }, verb, key
      end
      return redis.pcall('XADD', key, '*', unpack(ARGV, first, argument - 1)), verb, key
    end
  end
end

-- Takes back what an entry had written before a later write of it was refused;
-- nobody has seen it, since the script has not ended.
local function undo(written)
  for index = #written, 1, -1 do
    local step = written[index]
    if step.verb == 'R' then
      redis.call('LPOP', step.key)
    else
      redis.call('XDEL', step.key, step.reply)
      -- A dead-letter stream that was made for it goes again; a work stream has its group.
      if step.verb == 'D' and redis.call('XLEN', step.key) == 0
        and #redis.call('XINFO', 'GROUPS', step.key) == 0 then
        redis.call('DEL', step.key)
      end
    end
  end
end

-- Performs the writes of one entry, all or none. Returns its status.
local function commit_entry(writes)
  local status = 1
  local written = nil
  for index = 1, writes do
    local reply, verb, key = write(status == 1)
    if status == 1 then
      if not reply then
        status = 2
      elseif refused(reply) then
        status = reply.err
      elseif writes > 1 then
        written = written or {}
        written[#written + 1] = { verb = verb, key = key, reply = reply }
      end
    end
  end
  if status ~= 1 and written then undo(written) end
  return status
end

local function owns(stream, group, consumer, id)
  local found = redis.pcall('XPENDING', stream, group, id, id, 1, consumer)
  return not refused(found) and found[1] ~= nil
end

local function commit_stream()
  local stream = KEYS[tonumber(next_argument())]
  local group, consumer = next_argument(), next_argument()
  local ask, delete, count = next_argument(), next_argument(), tonumber(next_argument())
  -- A first write that is never refused: a server at its memory limit lets the
  -- rest of the script through, and so can drain.
  redis.pcall('XACK', stream, group, '0-0')
  local pending = redis.pcall('XPENDING', stream, group, ARGV[argument], '+', ask, consumer)
  if refused(pending) then pending = {} end
  local truncated = #pending >= tonumber(ask)
  local cursor, settled = 1, {}
  for _ = 1, count do
    local id, writes = ARGV[argument], tonumber(ARGV[argument + 1])
    argument = argument + 2
    local position = cursor
    while pending[position] and pending[position][1] ~= id do position = position + 1 end
    if pending[position] then
      cursor = position + 1
    end
    if pending[position] or (truncated and owns(stream, group, consumer, id)) then
      local status = commit_entry(writes)
      if status == 1 then settled[#settled + 1] = id end
      results[#results + 1] = status
    else
      for _ = 1, writes do write(false) end
      results[#results + 1] = 0
    end
  end
  if #settled > 0 then
    redis.call('XACK', stream, group, unpack(settled))
    if delete == '1' then redis.call('XDEL', stream, unpack(settled)) end
  end
end

for _ = 1, tonumber(next_argument()) do commit_stream() end
return results
