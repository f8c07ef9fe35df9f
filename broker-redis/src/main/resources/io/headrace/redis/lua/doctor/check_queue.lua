#!lua flags=allow-oom
-- check_queue: whether each stream of a queue has its group, and the group knows its lag.
-- KEYS  1 base
-- ARGV  1 '1' to repair, then levels
-- Returns {position, violation, detail} for each: GROUP_MISSING, LAG_UNKNOWN, IDS_AHEAD (by how many seconds). Cost:
-- 3 commands per level, 6 to repair.
local base = KEYS[1]
--@include violations
--@include lag
--@include clock

read_clock()

local TOLERANCE_MS = 1000

for i = 2, #ARGV do
  local stream = base .. 'ready:' .. ARGV[i]
  local group = group_of(stream)
  local newest_ms = group and tonumber(string.match(
    named_values(redis.call('XINFO', 'STREAM', stream))['last-generated-id'], '^(%d+)')) or 0
  if newest_ms > now_ms + TOLERANCE_MS then
    violated(i - 1, 'IDS_AHEAD', string.format('%.0f s', (newest_ms - now_ms) / 1000))
  end
  if not group then
    violated(i - 1, 'GROUP_MISSING')
    if repair then
      redis.call('XGROUP', 'CREATE', stream, 'workers', '0', 'MKSTREAM')
      mend_lag(stream)
      redis.call('HSETNX', base .. 'settings', 'created_ms', now_ms)
    end
  elseif lag_is_lost(stream, group) then
    violated(i - 1, 'LAG_UNKNOWN')
    if repair then
      mend_lag(stream)
    end
  end
end
return violations
