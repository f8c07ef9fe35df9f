#!lua flags=allow-oom
-- check_leases: whether pending entries are held by somebody who is alive.
-- KEYS  1 base
-- ARGV  1 '1' to repair  2 level  3 how long a lease may be over, ms  4 the longest lease when none is on record, ms
--       then per pending entry: entry
-- Returns {position, violation, detail} for each: LEASE_UNHELD, LEASE_GONE, LEASE_SILENT (worker and its silence in
-- seconds).
-- Cost: 1 command and 2 per entry.
local base = KEYS[1]
--@include violations
--@include job_place
--@include wake
--@include holder

local level, grace_ms, lease_ms = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local stream, running = base .. 'ready:' .. level, base .. 'running:' .. level
local FIRST = 5
local values = redis.call('HMGET', running, unpack(ARGV, FIRST))

for n, value in ipairs(values) do
  local entry = ARGV[FIRST + n - 1]
  local lease = pending_of(level, entry)
  if lease and #redis.call('XRANGE', stream, entry, entry) == 0 then
    violated(n, 'LEASE_GONE', lease[2])
    if repair then
      redis.call('XACK', stream, 'workers', entry)
      redis.call('HDEL', running, entry)
    end
  elseif waits(lease) and lease and not value then
    violated(n, 'LEASE_UNHELD', lease[2])
    if repair then
      redis.call('HSET', running, entry, ';') -- released jobs are looked for only where there are records
      wake()
    end
  elseif not waits(lease) then
    local _, own_ms = lease_in(value or '')
    own_ms = own_ms or lease_of(lease[2])
    if value and string.sub(value, 1, 1) == ';' then
      violated(n, 'LEASE_UNHELD', lease[2])
      if repair then -- the delivery stays counted: the job may have run
        redis.call('XCLAIM', stream, 'workers', 'released', 0, entry, 'RETRYCOUNT', lease[4], 'JUSTID')
        wake()
      end
    elseif lease[3] > (own_ms > 0 and own_ms or lease_ms) + grace_ms then
      violated(n, 'LEASE_SILENT', string.format('%s, silent for %d s', lease[2], lease[3] / 1000))
    end
  end
end
return violations
