-- Makes entries the caller's whose consumer is dead or has let its lease lapse.
-- An entry that has been given out often, or that is named, is suspected to be what
-- its consumers died of: suspects are taken one at a time, all others at once. Where
-- it is known of what a consumer died, nothing else is counted as given out once more.
--
-- KEYS 1 stream
-- ARGV 1 group, 2 own consumer, 3 'others' or 'suspect', 4 deliveries from which on an entry is a
--      suspect, 5 how many to take, 6 lease, 7 lease of consumers that are not agenthost's, both in
--      milliseconds, -1 to leave alone what is not known to be dead, then for each consumer that is
--      dead: its name, '1' if something is known of its death, '1' if it was on probation, so that all
--      it held is suspected, number of entries that count as given out once more, their ids, number of
--      entries that are suspects, their ids
-- Returns how many suspects and how many others are left, then for each entry that was taken: id, how
--      often it has been given out with this time, its fields.

local stream, group, own = KEYS[1], ARGV[1], ARGV[2]
local wants_suspect, suspect_from = ARGV[3] == 'suspect', tonumber(ARGV[4])
local limit, lease, foreign_lease = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
-- Entries looked at in one call, at the most.
local most_pages, page_size = 20, 500
local suspects, others, taken = 0, 0, {}

-- agenthost's consumers are called {host}:{pid}:{n}/{16 hexadecimal digits}.
local function is_foreign(consumer)
  local incarnation = string.match(consumer, ':%d+:%d+/(%x+)$')
  return not incarnation or #incarnation ~= 16
end

local function take(id, deliveries)
  local claimed = redis.call('XCLAIM', stream, group, own, 0, id, 'RETRYCOUNT', deliveries)
  if claimed[1] then
    taken[#taken + 1] = id
    taken[#taken + 1] = deliveries
    taken[#taken + 1] = claimed[1][2]
  else
    -- Deleted while it was pending: nothing is left to work on.
    redis.call('XACK', stream, group, id)
  end
end

-- Consumers that have been looked at by name.
local looked_at = {}

-- Looks through what `consumer`, or everybody, holds and has not renewed for `idle` milliseconds. Where something `is_known`
-- of the consumer's death, only what is charged counts as given out once more.
local function look(idle, consumer, is_known, was_on_probation, charged, suspected)
  -- Given out once, and that death was not of it: nothing speaks against it.
  local suspect_from_uncharged = is_known and math.max(suspect_from, 2) or suspect_from
  if consumer then looked_at[consumer] = true end
  local after = '-'
  for _ = 1, most_pages do
    local page
    if consumer then
      page = redis.call('XPENDING', stream, group, after, '+', page_size, consumer)
    else
      page = redis.call('XPENDING', stream, group, 'IDLE', idle, after, '+', page_size)
    end
    for _, entry in ipairs(page) do
      local id, holder, unrenewed, deliveries = entry[1], entry[2], entry[3], entry[4]
      after = '(' .. id
      local is_due = consumer or not looked_at[holder] and (not is_foreign(holder) or unrenewed >= foreign_lease)
      if is_due and holder ~= own then
        local is_suspect = was_on_probation or is_known and suspected[id]
          or deliveries >= (charged[id] and suspect_from or suspect_from_uncharged)
        if is_suspect == wants_suspect and #taken < limit * 3 then
          take(id, deliveries + ((not is_known or charged[id]) and 1 or 0))
        elseif is_suspect then
          suspects = suspects + 1
        else
          others = others + 1
        end
      end
    end
    if #page < page_size then return end
  end
end

local argument = 8

-- The next arguments: a number, and so many ids.
local function ids()
  local set, last = {}, argument + tonumber(ARGV[argument])
  for index = argument + 1, last do set[ARGV[index]] = true end
  argument = last + 1
  return set
end

while argument <= #ARGV do
  local consumer, is_known, was_on_probation = ARGV[argument], ARGV[argument + 1] == '1', ARGV[argument + 2] == '1'
  argument = argument + 3
  local charged = ids()
  look(0, consumer, is_known, was_on_probation, charged, ids())
end
if lease >= 0 then look(lease, nil, false, false, {}, {}) end
return { suspects, others, unpack(taken) }
