#!lua flags=allow-oom
-- release: hand jobs back at once: each keeps its place in line, and this delivery is not counted.
-- KEYS and ARGV: see shared/verdicts.lua; the document is not stored
-- Returns the positions refused, from 1. Cost: 4 commands and 4 per job, of which a stopping worker has few.
local base = KEYS[1]
--@include documents
--@include events
--@include wake
--@include unique
--@include leases
--@include lease_record
--@include places

local asked = {}
for n = 1, count do
  asked[n] = ARGV[ENTRIES + n]
end
local leases = leases_of(stream, worker, asked)
local ids, refused = {}, {}
for n, entry in ipairs(asked) do
  local _, expected, rest = place_of(n)
  local id = ARGV[PAIRS + 2 * n - 1]
  local lease = leases[entry]
  if lease and lease[4] == expected then
    ids[#ids + 1] = id
    local lost = lost_in(redis.call('HGET', running, entry) or '')
    redis.call('XCLAIM', stream, 'workers', 'released', 0, entry, 'RETRYCOUNT', expected - 1, 'JUSTID')
    -- The lost deliveries stay on record, and nobody holds the lease.
    redis.call('HSET', running, entry, lost == '' and ';' or lost)
    if redis.call('SMOVE', base .. 'cancelling', base .. 'cancelled', id) == 1 and rest then
      local _, _, _, unique = extras(rest)
      unlock({base .. 'unique:' .. unique, id})
    end
  else
    refused[#refused + 1] = n
  end
end
if #ids > 0 then
  wake()
  announce(ids)
end
return stale(refused, function(n)
  -- repeated after its answer got lost: the entry already waits among the released
  local pending = redis.call('XPENDING', stream, 'workers', asked[n], asked[n], 1, 'released')
  return #pending == 1 and ARGV[PAIRS + 2 * n] or nil
end)
