-- Who holds an entry, as the hash 'running:<level>' says it: '<worker>,<deliveries>,<start ms>,<lease ms>,<fencing
-- token>', then the same of each lost delivery, newest first, behind a ';' each. An empty first place says that nobody
-- holds it.

-- lost: what became of it before, as lost_in() tells
local function lease_record(worker, deliveries, start_ms, lease_ms, token, lost)
  return string.format('%s,%d,%.0f,%.0f,%.0f%s', worker, deliveries, start_ms, lease_ms, token, lost or '')
end

-- Worker, lease in ms and fencing token of who holds it; nothing when nobody does.
local function lease_in(record)
  local worker, lease_ms, token = string.match(record, '^([^,;]*),%d+,%d+,(%d+),?(%d*)')
  return worker, tonumber(lease_ms), tonumber(token)
end

-- The lost deliveries, a ';' before each; '' when there are none.
local function lost_in(record)
  return string.match(record, ';.*$') or ''
end
