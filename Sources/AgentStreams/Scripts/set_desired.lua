-- Changes what operators want of all hosts, and tells these to look.
-- KEYS 1 the desired state
-- ARGV 1 channel, 2 message for hosts, 3 'set', 'amend' (only what is there), 'ask' or 'delete', 4 field, 5 value
-- What is asked for has the version at which it was asked for last. Returns the new version, and how many hosts heard of it.

if ARGV[3] == 'amend' and redis.call('HEXISTS', KEYS[1], ARGV[4]) == 0 then
  return { tonumber(redis.call('HGET', KEYS[1], 'version')) or 0, 0 }
end
-- First: a version that is no number fails before anything is changed.
local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
-- What a server has lost must not come again with another meaning, so it goes on from the time, in microseconds.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if version < now then
  version = now
  redis.call('HSET', KEYS[1], 'version', string.format('%.0f', version))
end
if ARGV[3] == 'set' or ARGV[3] == 'amend' then
  redis.call('HSET', KEYS[1], ARGV[4], ARGV[5])
elseif ARGV[3] == 'ask' then
  redis.call('HSET', KEYS[1], ARGV[4], string.format('%.0f', version))
else
  redis.call('HDEL', KEYS[1], ARGV[4])
end
return { version, redis.call('PUBLISH', ARGV[1], ARGV[2]) }
