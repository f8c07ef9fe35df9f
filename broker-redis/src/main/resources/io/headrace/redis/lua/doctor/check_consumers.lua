#!lua flags=allow-oom
-- check_consumers: whether consumers that nobody needs are left; who is alive, the caller knows.
-- KEYS  1 base
-- ARGV  1 '1' to repair  2 level, then consumers of workers that are gone
-- Returns {position, violation, detail} for each: CONSUMER_GONE. Cost: 1 command and 1 per consumer.
local base = KEYS[1]
--@include violations
--@include group

local stream = base .. 'ready:' .. ARGV[2]
local FIRST = 3
local idle = {}
local consumers = redis.pcall('XINFO', 'CONSUMERS', stream, 'workers')
for _, flat in ipairs(consumers.err and {} or consumers) do
  local consumer = named_values(flat)
  idle[consumer['name']] = consumer['pending'] == 0
end
for i = FIRST, #ARGV do
  if idle[ARGV[i]] then
    violated(i - FIRST + 1, 'CONSUMER_GONE')
    if repair then
      redis.call('XGROUP', 'DELCONSUMER', stream, 'workers', ARGV[i])
      redis.call('HDEL', base .. 'leases', ARGV[i])
    end
  end
end
return violations
