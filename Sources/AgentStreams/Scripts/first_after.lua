-- Finds the first entry behind another, without what it holds.
-- KEYS 1 a stream   ARGV 1 an entry's id
-- Returns its id, or nothing.

local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', 1)
return entries[1] and entries[1][1]
