-- Keeps the ways of requests that have ended. Of a request that is there already the first stays.
-- KEYS one for each   ARGV 1 seconds, then what is to be kept under each key
-- Returns how many there were.

for index = 1, #KEYS do redis.call('SET', KEYS[index], ARGV[index + 1], 'EX', ARGV[1], 'NX') end
return #KEYS
