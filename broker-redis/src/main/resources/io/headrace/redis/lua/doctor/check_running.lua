#!lua flags=allow-oom
-- check_running: whether each holder on record has its lease.
-- KEYS  1 base
-- ARGV  1 '1' to repair  2 level, then per field of running: entry
-- Returns {position, violation, detail} for each: RUNNING_UNLEASED (the holder). Cost: 1 command and 1 per field.
local base = KEYS[1]
--@include violations
--@include job_place
--@include lease_record

local level = ARGV[2]
local running = base .. 'running:' .. level
local FIRST = 3
local values = redis.call('HMGET', running, unpack(ARGV, FIRST))

for n, value in ipairs(values) do
  local entry = ARGV[FIRST + n - 1]
  local lease = pending_of(level, entry)
  local held = value and string.sub(value, 1, 1) ~= ';'
  if value and (not lease or (held and waits(lease))) then
    violated(n, 'RUNNING_UNLEASED', (lease_in(value)))
    if repair and lease then
      redis.call('HSET', running, entry, ';') -- released jobs are looked for only where there are records
    elseif repair then
      redis.call('HDEL', running, entry)
    end
  end
end
return violations
