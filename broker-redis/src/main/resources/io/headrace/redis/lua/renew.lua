#!lua flags=allow-oom
-- renew: give leases a full lease from now; keep the delivery counts.
-- KEYS  1 base
-- ARGV  1 worker, then per lease: level, entry, deliveries, job id
-- Returns {positions lost, positions cancelled}, counted from 1. Cost: 2 commands, 1 per level, 1 for cancellations.
local base = KEYS[1]
--@include fence

local worker = ARGV[1]
local fields, ids = {}, {}
for i = 2, #ARGV, 4 do
  fields[#fields + 1] = ARGV[i] .. ARGV[i + 1]
  ids[#ids + 1] = ARGV[i + 3]
end
local values = redis.call('HMGET', base .. 'running', unpack(fields))
local lost, held, by_level = {}, {}, {}
for n, value in ipairs(values) do
  local i = 2 + (n - 1) * 4
  if holds(value, worker, ARGV[i + 2]) then
    held[n] = true
    by_level[ARGV[i]] = by_level[ARGV[i]] or {}
    table.insert(by_level[ARGV[i]], ARGV[i + 1])
  else
    lost[#lost + 1] = n
  end
end
for level, arguments in pairs(by_level) do
  arguments[#arguments + 1] = 'JUSTID'
  redis.call('XCLAIM', base .. 'ready:' .. level, 'workers', worker, 0, unpack(arguments))
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
