-- Commits the outcomes of a batch of deliveries, fenced by ownership: an entry
-- that its consumer no longer owns has no effect at all.
--
-- KEYS   every key that is read or written
-- ARGV   number of source streams, then for each of them
--          key index, group, consumer, the last entry's id, how many pending entries to ask for,
--          '1' to delete what is acknowledged or '0' to leave it, number of entries,
--        then for each entry, in the order of the stream,
--          id, number of writes unless it is one,
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

-- Few functions, and the common writes without a call: a script makes its functions anew at every call.

local argument = 1
local results = {}

-- A request had ended, or is to be cancelled. Returns a status where this is not its end, else the
-- command that makes it not have ended.
local function end_again(request, state)
  local before = redis.pcall('GET', request)
  if type(before) == 'table' then return before.err end
  if before ~= 'cancelling' then return ENDED end
  if state ~= 'cancelled' then return CANCELLED end
  redis.pcall('SET', request, state, 'KEEPTTL')
  return nil, { 'SET', request, before, 'KEEPTTL' }
end

-- The writes that are rare. Returns as `write` does; all arguments have been passed over.
local function write_rarely(verb, key, first, id)
  local reply
  if verb == 'P' then
    reply = redis.pcall('XADD', key, 'NOMKSTREAM', '*', 'envelope', ARGV[first + 1])
    if not reply then
      key = KEYS[tonumber(ARGV[first])]
      reply = redis.pcall('XADD', key, 'NOMKSTREAM', '*', 'envelope', ARGV[first + 1])
    end
    if not reply then return NO_STREAM end
    if type(reply) == 'table' then return reply.err end
    return DONE, { 'XDEL', key, reply }
  elseif verb == 'R' then
    reply = redis.pcall('LPUSH', key, ARGV[first])
    if type(reply) == 'table' then return reply.err end
    if ARGV[first + 1] ~= '0' then redis.pcall('EXPIRE', key, ARGV[first + 1]) end
    return DONE, { 'LPOP', key }
  elseif verb == 'Z' then
    if redis.pcall('EXISTS', KEYS[tonumber(ARGV[first])]) ~= 1 then return NO_STREAM end
    local now = redis.call('TIME')
    local due = now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[first + 2]
    local member = id .. '\n' .. ARGV[first + 1] .. '\n' .. ARGV[first + 3]
    reply = redis.pcall('ZADD', key, string.format('%.0f', due), member)
    if type(reply) == 'table' then return reply.err end
    return DONE, { 'ZREM', key, member }
  end
  local count = tonumber(ARGV[first])
  if count > most_values then return 'ERR a dead letter of more than ' .. most_values .. ' values' end
  local is_new = redis.pcall('EXISTS', key) == 0
  reply = redis.pcall('XADD', key, '*', unpack(ARGV, first + 1, first + count))
  if type(reply) == 'table' then return reply.err end
  -- A dead-letter stream that was made for it goes again.
  return DONE, is_new and { 'DEL', key } or { 'XDEL', key, reply }
end

-- Performs one write of the entry `id`, or only passes over its arguments. Returns its status, and where
-- `undoable` the commands that take it back: nobody has seen it, since the script has not ended.
local function write(perform, id, undoable)
  local first = argument
  local verb = ARGV[first]
  local key = KEYS[tonumber(ARGV[first + 1])]
  if verb == 'F' then
    argument = first + 3
    if not perform then return end
    local reply = redis.pcall('XADD', key, 'NOMKSTREAM', '*', 'envelope', ARGV[first + 2])
    if not reply then return NO_STREAM end
    if type(reply) == 'table' then return reply.err end
    return DONE, undoable and { 'XDEL', key, reply }
  elseif verb == 'T' then
    argument = first + 7
    if not perform then return end
    local request, state = KEYS[tonumber(ARGV[first + 2])], ARGV[first + 3]
    local set = redis.pcall('SET', request, state, 'EX', ARGV[first + 4], 'NX')
    local undo = { 'DEL', request }
    if not set then
      local status
      status, undo = end_again(request, state)
      if status then return status end
    elseif set.err then
      return set.err
    end
    local reply = redis.pcall('LPUSH', key, ARGV[first + 5])
    if type(reply) == 'table' then
      redis.pcall(unpack(undo))
      return reply.err
    end
    if ARGV[first + 6] ~= '0' then redis.pcall('EXPIRE', key, ARGV[first + 6]) end
    return DONE, { 'LPOP', key }, undo
  end
  if verb == 'D' then
    argument = first + 3 + tonumber(ARGV[first + 2])
  elseif verb == 'Z' then
    argument = first + 6
  else
    argument = first + 4
  end
  if perform then return write_rarely(verb, key, first + 2, id) end
end

-- Performs the writes of one entry, all or none. Returns its status.
local function commit_entry(id)
  local writes = tonumber(ARGV[argument])
  if not writes then return (write(true, id)) end
  argument = argument + 1
  local status, undo = DONE, {}
  for _ = 1, writes do
    local result, first, second = write(status == DONE, id, true)
    if status == DONE then
      status = result
      if status == DONE then
        undo[#undo + 1] = second
        undo[#undo + 1] = first
      end
    end
  end
  if status ~= DONE then
    for index = #undo, 1, -1 do redis.pcall(unpack(undo[index])) end
  end
  return status
end

-- Passes over the writes of one entry.
local function skip_entry()
  local writes = tonumber(ARGV[argument])
  if writes then argument = argument + 1 end
  for _ = 1, writes or 1 do write(false) end
end

-- Passes over the next `count` entries, which all get the same status.
local function skip(count, status)
  for _ = 1, count do
    argument = argument + 1
    skip_entry()
    results[#results + 1] = status
  end
end

local function commit_stream()
  local stream, group, consumer = KEYS[tonumber(ARGV[argument])], ARGV[argument + 1], ARGV[argument + 2]
  local last, ask, delete = ARGV[argument + 3], ARGV[argument + 4], ARGV[argument + 5]
  local count = tonumber(ARGV[argument + 6])
  argument = argument + 7
  -- A first write that is never refused for lack of memory: a server at its limit lets the rest of the
  -- script through, and so can drain. Whoever may not even do this may not settle what it would write.
  local allowed = redis.pcall('XACK', stream, group, '0-0')
  if type(allowed) == 'table' then return skip(count, allowed.err) end
  local pending = redis.pcall('XPENDING', stream, group, ARGV[argument], last, ask, consumer)
  if pending.err then
    return skip(count, string.find(pending.err, 'NOGROUP', 1, true) and NOT_OURS or pending.err)
  end
  local truncated = #pending >= tonumber(ask)
  local cursor, settled = 1, {}
  for _ = 1, count do
    local id = ARGV[argument]
    argument = argument + 1
    local position = cursor
    while pending[position] and pending[position][1] ~= id do position = position + 1 end
    local owned = pending[position]
    if owned then
      cursor = position + 1
    elseif truncated then
      local found = redis.pcall('XPENDING', stream, group, id, id, 1, consumer)
      owned = not found.err and found[1]
    end
    local status = NOT_OURS
    if not owned then
      skip_entry()
    elseif ARGV[argument] == 'F' then
      -- What most entries come to, without a call.
      local reply = redis.pcall(
        'XADD', KEYS[tonumber(ARGV[argument + 1])], 'NOMKSTREAM', '*', 'envelope', ARGV[argument + 2])
      argument = argument + 3
      status = DONE
      if not reply then status = NO_STREAM elseif type(reply) == 'table' then status = reply.err end
    else
      status = commit_entry(id)
    end
    if status == DONE or status == ENDED then settled[#settled + 1] = id end
    results[#results + 1] = status
  end
  if #settled > 0 then
    redis.pcall('XACK', stream, group, unpack(settled))
    if delete == '1' then redis.pcall('XDEL', stream, unpack(settled)) end
  end
end

local streams = tonumber(ARGV[1])
argument = 2
for _ = 1, streams do commit_stream() end
return results
