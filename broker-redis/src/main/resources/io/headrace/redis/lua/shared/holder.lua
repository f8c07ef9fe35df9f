--@include lease_record

-- Who holds a pending entry: its record, or what the pending list says when there is none.
local lease_ms_of = {}
local function lease_of(worker)
  if not lease_ms_of[worker] then
    local known = redis.pcall('HGET', base .. 'leases', worker)
    lease_ms_of[worker] = type(known) == 'string' and tonumber(known) or 0
  end
  return lease_ms_of[worker]
end

-- pending: entry id, worker, ms since the delivery, deliveries
local function holder(record, pending, now_ms)
  return record or lease_record(pending[2], pending[4], now_ms - pending[3], lease_of(pending[2]), 0)
end
