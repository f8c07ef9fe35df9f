#!lua flags=allow-oom
-- renew: give leases a full lease from now; keep the delivery counts.
-- KEYS  1 base
-- ARGV  1 worker  2 level, then per lease: entry, deliveries, job id
-- Returns {positions lost, positions cancelled}, counted from 1. Cost: at most 4 commands.
local base = KEYS[1]
--@include fence

local worker, level = ARGV[1], ARGV[2]
local entries, ids = {}, {}
for i = 3, #ARGV, 3 do
  entries[#entries + 1] = ARGV[i]
  ids[#ids + 1] = ARGV[i + 2]
end
local values = redis.call('HMGET', base .. 'running:' .. level, unpack(entries))
local lost, held, kept = {}, {}, {}
for n, value in ipairs(values) do
  if holds(value, token(worker, ARGV[3 * n + 1])) then
    held[n] = true
    kept[#kept + 1] = entries[n]
  else
    lost[#lost + 1] = n
  end
end
if #kept > 0 then
  kept[#kept + 1] = 'JUSTID'
  redis.call('XCLAIM', base .. 'ready:' .. level, 'workers', worker, 0, unpack(kept))
end
local cancelled = {}
if redis.call('EXISTS', base .. 'cancelling') == 1 then
  for n, is_member in ipairs(redis.call('SMISMEMBER', base .. 'cancelling', unpack(ids))) do
    if is_member == 1 and held[n] then
      cancelled[#cancelled + 1] = n
    end
  end
end
return {lost, cancelled}
