-- Changes what operators want of all hosts, and tells these to look.
-- KEYS 1 the desired state
-- ARGV 1 channel, 2 message for hosts, 3 'set', 'amend' (only what is there), 'increment' or 'delete', 4 field, 5 value
-- Returns the new version, and how many hosts heard of it.

if ARGV[3] == 'amend' and redis.call('HEXISTS', KEYS[1], ARGV[4]) == 0 then
  return { tonumber(redis.call('HGET', KEYS[1], 'version')) or 0, 0 }
end
-- First: a version that is no number fails before anything is changed.
local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
if ARGV[3] == 'set' or ARGV[3] == 'amend' then
  redis.call('HSET', KEYS[1], ARGV[4], ARGV[5])
elseif ARGV[3] == 'increment' then
  redis.call('HINCRBY', KEYS[1], ARGV[4], 1)
else
  redis.call('HDEL', KEYS[1], ARGV[4])
end
return { version, redis.call('PUBLISH', ARGV[1], ARGV[2]) }
