#!lua flags=allow-oom
-- check_total: whether the total of finished jobs kept is the sum of its buckets.
-- KEYS  1 base
-- ARGV  1 '1' to repair  2 sum up here when there are at most so many buckets  3 else the sum that was found while the total was ...  4 this
-- Returns {position, fault, detail} for each fault: KEPT_TOTAL. Cost: 3 commands, one of which reads so many fields.
local base = KEYS[1]
--@include check

local kept = base .. 'kept'
local total = tonumber(redis.call('HGET', kept, 'total') or '0')
local sum = tonumber(ARGV[3])
if redis.call('HLEN', kept) <= tonumber(ARGV[2]) then
  sum = 0
  local fields = redis.call('HGETALL', kept)
  for i = 1, #fields, 2 do
    if fields[i] ~= 'total' and fields[i] ~= 'gone_through' then
      sum = sum + tonumber(fields[i + 1])
    end
  end
elseif total ~= tonumber(ARGV[4]) then
  sum = nil
end
if sum and sum ~= total then
  fault(1, 'KEPT_TOTAL', string.format('%.0f counted, %.0f in the buckets', total, sum))
  if repair then
    redis.call('HSET', kept, 'total', string.format('%.0f', sum))
  end
end
return faults
