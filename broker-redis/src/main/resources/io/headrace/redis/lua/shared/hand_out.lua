-- What a claim hands out that is no plain first delivery.
--@include clock
--@include lease_record

-- Notes who holds these entries. Of first deliveries only what the pending list and the worker's usual lease do not
-- tell. deliveries is empty when it is the first of each.
local function note_leases(level, entries, worker, lease_ms, fence, deliveries, lost)
  local running = {}
  for n, entry in ipairs(entries) do
    running[2 * n - 1] = entry[1]
    running[2 * n] = lease_record(worker, deliveries[n] or 1, now_ms, lease_ms, fence, lost[n])
  end
  redis.call('HSET', base .. 'running:' .. level, unpack(running))
end

-- Takes over jobs that a stopping worker handed back. They wait in the group under a consumer of their own, on record
-- as held by nobody, and keep their place in line. Returns entries, deliveries and lost deliveries, nothing when there
-- is no group.
local function released(level, worker, most)
  if most <= 0 then return {} end
  local stream = base .. 'ready:' .. level
  local waiting = redis.pcall('XPENDING', stream, 'workers', '-', '+', most, 'released')
  if waiting.err then return nil end
  if #waiting == 0 then return {} end
  local asked = {}
  for n, pending in ipairs(waiting) do
    asked[n] = pending[1]
  end
  local records = redis.call('HMGET', base .. 'running:' .. level, unpack(asked))
  local entries = redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(asked))
  local deliveries, lost = {}, {}
  local at = 1
  for n, entry in ipairs(entries) do
    while asked[at] ~= entry[1] do at = at + 1 end
    deliveries[n] = waiting[at][4] + 1
    lost[n] = records[at] or '' -- nobody holds it, so that is all there is
  end
  return entries, deliveries, lost
end
