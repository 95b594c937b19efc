-- Whether consumers of a group hold anything, on a few streams.
-- KEYS streams   ARGV 1 the group, which each of them has
-- Returns 1 or 0.

for _, stream in ipairs(KEYS) do
  -- One entry: a count would look at every consumer.
  if redis.call('XPENDING', stream, ARGV[1], '-', '+', 1)[1] then return 1 end
end
return 0
