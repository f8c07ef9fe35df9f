-- The lease of a job is its entry in the group's pending list, which names its holder and counts its deliveries: a
-- write counts only if the writer holds the entry, in the same delivery. A first delivery writes nothing else; what the
-- pending list would forget of an entry that was renewed, handed back or delivered again is in the hash
-- 'running:<level>', see lease_record.lua.
local SLACK = 100 -- entries that lie between those asked for and are still held

-- What the worker holds between two entries, {entry, worker, idle ms, deliveries} each, and so many at most.
local function held_between(stream, worker, first, last, most)
  local page = redis.pcall('XPENDING', stream, 'workers', first, last, most, worker)
  if page.err then
    redis.call('XLEN', stream) -- fails when it is no stream
    return {}
  end
  return page
end

-- What the pending list says of each of these entries that the worker holds: entry -> {entry, worker, idle ms,
-- deliveries}. Ascending entries that lie close cost one command; each that is not found among them costs one more.
local function leases_of(stream, worker, entries)
  local found = {}
  for _, pending in ipairs(held_between(stream, worker, entries[1], entries[#entries], #entries + SLACK)) do
    found[pending[1]] = pending
  end
  for _, entry in ipairs(entries) do
    if not found[entry] then
      found[entry] = redis.pcall('XPENDING', stream, 'workers', entry, entry, 1, worker)[1]
    end
  end
  return found
end
