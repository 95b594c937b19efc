-- Makes a stream and its group where they do not exist, and a consumer where one is named: what `XGROUP` does, also
-- where the server is at its memory limit.
-- KEYS 1 stream   ARGV 1 group, 2 consumer or nothing
-- Returns 1.

-- A first write that is never refused for lack of memory: a server at its limit lets the rest through.
redis.call('XACK', KEYS[1], ARGV[1], '0-0')
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
if ARGV[2] ~= '' then redis.call('XGROUP', 'CREATECONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
return 1
