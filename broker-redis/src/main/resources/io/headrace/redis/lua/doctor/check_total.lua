#!lua flags=allow-oom
-- check_total: whether the total of finished jobs kept is the sum of its buckets, the two lists of late buckets agree,
-- and so do the counts of logs.
-- KEYS  1 base
-- ARGV  1 '1' to repair  2 sum up here when there are at most so many buckets  3 else the sum that was found while the
--      total was ...  4 this
-- Returns {position, violation, detail} for each: KEPT_TOTAL, KEPT_LATE, LOGS_COUNT. Cost: 9 commands, one of which
-- reads so many fields, and one of which walks as many late buckets; to repair up to 2 more per late bucket.
local base = KEYS[1]
--@include violations

local kept = base .. 'kept'
local total = tonumber(redis.call('HGET', kept, 'total') or '0')
local sum = tonumber(ARGV[3])
if redis.call('HLEN', kept) <= tonumber(ARGV[2]) then
  sum = 0
  local fields = redis.call('HGETALL', kept)
  for i = 1, #fields, 2 do
    if string.match(fields[i], '^%d+$') then
      sum = sum + tonumber(fields[i + 1])
    end
  end
elseif total ~= tonumber(ARGV[4]) then
  sum = nil
end
if sum and sum ~= total then
  violated(1, 'KEPT_TOTAL', string.format('%.0f counted, %.0f in the buckets', total, sum))
  if repair then
    redis.call('HSET', kept, 'total', string.format('%.0f', sum))
  end
end

local bytes, logs = 0, redis.call('HGETALL', base .. 'log_bytes')
for i = 2, #logs, 2 do
  bytes = bytes + (tonumber(logs[i]) or 0)
end
local counts = redis.call('HMGET', kept, 'logs', 'log_bytes')
local counted_logs, counted_bytes = counts[1] or '0', counts[2] or '0'
if tonumber(counted_logs) ~= #logs / 2 or tonumber(counted_bytes) ~= bytes
  or redis.call('ZCARD', base .. 'logs') ~= #logs / 2 then
  violated(1, 'LOGS_COUNT', string.format('%s of %s bytes counted, %d of %.0f there', counted_logs, counted_bytes,
    #logs / 2, bytes))
  if repair then
    local listed = {}
    for i = 1, #logs, 2 do
      listed[logs[i]] = true
      redis.call('ZADD', base .. 'logs', 'NX', 1, logs[i])
    end
    for _, id in ipairs(redis.call('ZRANGE', base .. 'logs', 0, -1)) do
      if not listed[id] then
        redis.call('ZREM', base .. 'logs', id)
      end
    end
    redis.call('HSET', kept, 'logs', #logs / 2, 'log_bytes', string.format('%.0f', bytes))
  end
end

-- A bucket that only one of the two lists knows would never be trimmed, or never be shown.
local late = redis.call('ZCARD', base .. 'late')
local both = #redis.call('ZINTER', 2, base .. 'late', base .. 'ended')
local ended = redis.call('ZCARD', base .. 'ended')
local counted = tonumber(redis.call('HGET', kept, 'late') or '0')
if both ~= late or both ~= ended or counted ~= late then
  violated(1, 'KEPT_LATE', string.format('%d counted, %d listed, %d with their ends', counted or 0, late, ended))
  if repair then
    for _, bucket in ipairs(redis.call('ZDIFF', 2, base .. 'late', base .. 'ended')) do
      redis.call('ZADD', base .. 'ended', bucket, bucket)
    end
    for _, bucket in ipairs(redis.call('ZDIFF', 2, base .. 'ended', base .. 'late')) do
      redis.call('ZADD', base .. 'late', bucket, bucket)
    end
    redis.call('HSET', kept, 'late', redis.call('ZCARD', base .. 'late'))
  end
end
return violations
