#!lua flags=allow-oom
-- renew: give leases a full lease from now; keep the delivery counts.
-- KEYS  1 base
-- ARGV  1 worker  2 level  3 lease ms  4 how many leases, then for all of them the entries, ascending; then of each
--      deliveries, job id, fencing token
-- Returns {positions lost, positions cancelled}, counted from 1. Cost: at most 7 commands, 1 per lease that lies far
-- from the others, and what marked jobs take.
local base = KEYS[1]
--@include delivered
--@include leases
--@include lease_record
--@include marked

local worker, level, count = ARGV[1], ARGV[2], tonumber(ARGV[4])
local ENTRIES, REST = 4, 4 + count
local stream, running = base .. 'ready:' .. level, base .. 'running:' .. level
local entries, ids = {}, {}
for n = 1, count do
  entries[n] = ARGV[ENTRIES + n]
  ids[n] = ARGV[REST + 3 * n - 1]
end
local leases, renewed_ms = in_one_ms(function()
  return leases_of(stream, worker, entries)
end)
local records = redis.call('HMGET', running, unpack(entries))
local lost, held, position, kept, begun = {}, {}, {}, {}, {}
for n, entry in ipairs(entries) do
  local expected = tonumber(ARGV[REST + 3 * n - 2])
  local lease = leases[entry]
  if lease and lease[4] == expected then
    held[#held + 1], position[ids[n]] = ids[n], n
    kept[#kept + 1] = entry
    if not records[n] then -- its delivery will not be the last thing that the pending list knows of it
      begun[#begun + 1] = entry
      begun[#begun + 1] = lease_record(worker, expected, renewed_ms - lease[3], ARGV[3], ARGV[REST + 3 * n])
    end
  else
    lost[#lost + 1] = n
  end
end
if #begun > 0 then
  redis.call('HSET', running, unpack(begun))
end
if #kept > 0 then
  kept[#kept + 1] = 'JUSTID'
  redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(kept))
end
local cancelled = {}
for _, id in ipairs(marked(held)) do
  cancelled[#cancelled + 1] = position[id]
end
return {lost, cancelled}
