#!lua flags=allow-oom
-- check_kept: whether buckets that are counted are also listed, so that they will be trimmed.
-- KEYS  1 base
-- ARGV  1 '1' to repair, then buckets that 'kept' has a count of
-- Returns {position, violation, detail} for each: KEPT_UNLISTED. Cost: 1 command and 3 per bucket that is not in
-- 'finished'.
local base = KEYS[1]
--@include violations

local FIRST = 2
for n, score in ipairs(redis.call('ZMSCORE', base .. 'finished', unpack(ARGV, FIRST))) do
  local bucket = ARGV[FIRST + n - 1]
  local listed = score or redis.call('ZSCORE', base .. 'late', bucket)
  local count = not listed and redis.call('HGET', base .. 'kept', bucket)
  if count and redis.call('EXISTS', base .. 'finished:' .. bucket) == 0 then
    violated(n, 'KEPT_UNLISTED', count)
    if repair then
      redis.call('HDEL', base .. 'kept', bucket)
      redis.call('HINCRBY', base .. 'kept', 'total', 0 - count)
    end
  end
end
return violations
