-- Commits the outcomes of a batch of deliveries, fenced by ownership: an entry
-- that its consumer no longer owns has no effect at all.
--
-- KEYS   every key that is read or written
-- ARGV   number of source streams, then for each of them
--          key index, group, consumer, how many pending entries to ask for,
--          '1' to delete what is acknowledged or '0' to leave it, number of entries,
--        then for each entry, in the order of the stream,
--          id, number of writes,
--        then for each write one of
--          'F' key index, envelope            to a work stream that must exist
--          'P' key index, key index, envelope     the same; where the first does not exist, to the second
--          'R' key index, envelope, TTL       to a result list; TTL in seconds, 0 for none
--          'T' key index, key index, state, TTL, envelope, TTL
--                     the end of a request: list, request, its state and how long that is kept;
--                     the envelope goes to the list as with 'R', and only if the request had not ended
--          'Z' key index, key index, priority, milliseconds, envelope
--                     to a set of delayed messages, for a work stream that must exist
--          'D' key index, count, field, value, ...    to a dead-letter stream
-- Returns for each entry: 1 done; 0 not ours; 2 a work stream does not exist;
--         3 the request was cancelled; 4 the request had ended before: nothing was
--         written, and the entry is settled; or the error text of a write that was
--         refused. What is neither 1 nor 4 has left nothing behind and stays pending.

-- A call from a script takes no more.
local most_values = 7000

local DONE, NOT_OURS, NO_STREAM, CANCELLED, ENDED = 1, 0, 2, 3, 4

local argument = 1
local results = {}

local function next_argument()
  local value = ARGV[argument]
  argument = argument + 1
  return value
end

local function next_key() return KEYS[tonumber(next_argument())] end

local function refused(reply)
  return type(reply) == 'table' and reply.err
end

-- Each of these performs one write and returns a status, and the command that
-- takes it back: nobody has seen it, since the script has not ended.

local function forward(stream, fallback, envelope)
  local id = redis.pcall('XADD', stream, 'NOMKSTREAM', '*', 'envelope', envelope)
  if id == false and fallback then
    stream = fallback
    id = redis.pcall('XADD', stream, 'NOMKSTREAM', '*', 'envelope', envelope)
  end
  if not id then return NO_STREAM end
  if refused(id) then return id.err end
  return DONE, { 'XDEL', stream, id }
end

local function push(list, envelope, ttl)
  local reply = redis.pcall('LPUSH', list, envelope)
  if refused(reply) then return reply.err end
  if ttl ~= '0' then redis.pcall('EXPIRE', list, ttl) end
  return DONE, { 'LPOP', list }
end

local function end_request(list, request, state, kept, envelope, ttl)
  local set = redis.pcall('SET', request, state, 'EX', kept, 'NX')
  if refused(set) then return set.err end
  local undo = { 'DEL', request }
  if not set then
    local before = redis.pcall('GET', request)
    if refused(before) then return before.err end
    if before ~= 'cancelling' then return ENDED end
    if state ~= 'cancelled' then return CANCELLED end
    redis.pcall('SET', request, state, 'KEEPTTL')
    undo = { 'SET', request, before, 'KEEPTTL' }
  end
  local status, unpush = push(list, envelope, ttl)
  if status ~= DONE then
    redis.pcall(unpack(undo))
    return status
  end
  return DONE, unpush, undo
end

local function delay(set, stream, priority, milliseconds, envelope, id)
  if redis.pcall('EXISTS', stream) ~= 1 then return NO_STREAM end
  local now = redis.call('TIME')
  local due = now[1] * 1000 + math.floor(now[2] / 1000) + milliseconds
  local member = id .. '\n' .. priority .. '\n' .. envelope
  local reply = redis.pcall('ZADD', set, string.format('%.0f', due), member)
  if refused(reply) then return reply.err end
  return DONE, { 'ZREM', set, member }
end

local function dead_letter(stream, first, last)
  if last - first >= most_values then
    return 'ERR a dead letter of more than ' .. most_values .. ' values'
  end
  local isNew = redis.pcall('EXISTS', stream) == 0
  local id = redis.pcall('XADD', stream, '*', unpack(ARGV, first, last))
  if refused(id) then return id.err end
  return DONE, isNew and { 'DEL', stream } or { 'XDEL', stream, id }
end

-- Performs one write of the entry `id`, or only passes over its arguments.
local function write(perform, id)
  local verb = next_argument()
  local key = next_key()
  if verb == 'F' then
    local envelope = next_argument()
    if perform then return forward(key, nil, envelope) end
  elseif verb == 'P' then
    local fallback, envelope = next_key(), next_argument()
    if perform then return forward(key, fallback, envelope) end
  elseif verb == 'R' then
    local envelope, ttl = next_argument(), next_argument()
    if perform then return push(key, envelope, ttl) end
  elseif verb == 'T' then
    local request, state, kept = next_key(), next_argument(), next_argument()
    local envelope, ttl = next_argument(), next_argument()
    if perform then return end_request(key, request, state, kept, envelope, ttl) end
  elseif verb == 'Z' then
    local stream, priority, milliseconds = next_key(), next_argument(), next_argument()
    local envelope = next_argument()
    if perform then return delay(key, stream, priority, milliseconds, envelope, id) end
  else
    local count = tonumber(next_argument())
    local first = argument
    argument = argument + count
    if perform then return dead_letter(key, first, argument - 1) end
  end
end

-- Performs the writes of one entry, all or none. Returns its status.
local function commit_entry(id, writes)
  local status, undo = DONE, nil
  for _ = 1, writes do
    local result, first, second = write(status == DONE, id)
    if status == DONE then
      status = result
      if writes > 1 and status == DONE then
        undo = undo or {}
        undo[#undo + 1] = second
        undo[#undo + 1] = first
      end
    end
  end
  if status ~= DONE and undo then
    for index = #undo, 1, -1 do redis.pcall(unpack(undo[index])) end
  end
  return status
end

local function owns(stream, group, consumer, id)
  local found = redis.pcall('XPENDING', stream, group, id, id, 1, consumer)
  return not refused(found) and found[1] ~= nil
end

-- Gives each of the next `count` entries the same status and writes nothing.
local function skip(count, status)
  for _ = 1, count do
    local _, writes = next_argument(), tonumber(next_argument())
    for _ = 1, writes do write(false) end
    results[#results + 1] = status
  end
end

local function commit_stream()
  local stream = next_key()
  local group, consumer = next_argument(), next_argument()
  local ask, delete, count = next_argument(), next_argument(), tonumber(next_argument())
  -- A first write that is never refused for lack of memory: a server at its limit lets the rest of the
  -- script through, and so can drain. Whoever may not even do this may not settle what it would write.
  local allowed = redis.pcall('XACK', stream, group, '0-0')
  if refused(allowed) then return skip(count, allowed.err) end
  local pending = redis.pcall('XPENDING', stream, group, ARGV[argument], '+', ask, consumer)
  if refused(pending) then
    return skip(count, string.find(pending.err, 'NOGROUP', 1, true) and NOT_OURS or pending.err)
  end
  local truncated = #pending >= tonumber(ask)
  local cursor, settled = 1, {}
  for _ = 1, count do
    local id, writes = next_argument(), tonumber(next_argument())
    local position = cursor
    while pending[position] and pending[position][1] ~= id do position = position + 1 end
    if pending[position] then cursor = position + 1 end
    if pending[position] or (truncated and owns(stream, group, consumer, id)) then
      local status = commit_entry(id, writes)
      if status == DONE or status == ENDED then settled[#settled + 1] = id end
      results[#results + 1] = status
    else
      for _ = 1, writes do write(false) end
      results[#results + 1] = NOT_OURS
    end
  end
  if #settled > 0 then
    redis.pcall('XACK', stream, group, unpack(settled))
    if delete == '1' then redis.pcall('XDEL', stream, unpack(settled)) end
  end
end

for _ = 1, tonumber(next_argument()) do commit_stream() end
return results
