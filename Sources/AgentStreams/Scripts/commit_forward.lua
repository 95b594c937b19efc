-- Commits what a lone delivery most often comes to: one message for a work stream. The same as the commit
-- script would do with it, by half the work.
--
-- KEYS 1 stream, 2 the work stream that it goes to, which must exist
-- ARGV 1 group, 2 consumer, 3 the entry's id, 4 '1' to delete what is acknowledged or '0' to leave it,
--      5 envelope
-- Returns a list of one: 1 done; 0 not ours; 2 the work stream does not exist; or the error text of a
--         write that was refused. What is neither 1 nor 0 has left nothing behind and stays pending.

local stream, group, id = KEYS[1], ARGV[1], ARGV[3]
local pending = redis.pcall('XPENDING', stream, group, id, id, 1, ARGV[2])
if pending.err then return { string.find(pending.err, 'NOGROUP', 1, true) and 0 or pending.err } end
if not pending[1] then return { 0 } end

local reply = redis.pcall('XADD', KEYS[2], 'NOMKSTREAM', '*', 'envelope', ARGV[5])
if type(reply) == 'table' and string.find(reply.err, 'OOM', 1, true) then
  -- A first write that is never refused for lack of memory lets the second one through: so a server at its
  -- limit can drain.
  local allowed = redis.pcall('XACK', stream, group, '0-0')
  if type(allowed) == 'table' then return { allowed.err } end
  reply = redis.pcall('XADD', KEYS[2], 'NOMKSTREAM', '*', 'envelope', ARGV[5])
end
if not reply then return { 2 } end
if type(reply) == 'table' then return { reply.err } end

local settled = redis.pcall('XACK', stream, group, id)
if type(settled) == 'table' then
  -- Who may not settle may not write either. Nobody has seen it, since the script has not ended.
  redis.pcall('XDEL', KEYS[2], reply)
  return { settled.err }
end
if ARGV[4] == '1' then redis.pcall('XDEL', stream, id) end
return { 1 }
