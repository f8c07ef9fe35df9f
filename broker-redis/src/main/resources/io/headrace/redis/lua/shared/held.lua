-- How often each of these entries has been delivered that the worker holds: entry -> deliveries. Ascending entries that lie close cost one
-- command; each that is not found among them costs one more.
local SLACK = 50
local function deliveries_of(stream, worker, entries)
  local found = {}
  local page = redis.pcall('XPENDING', stream, 'workers', entries[1], entries[#entries], #entries + SLACK, worker)
  if page.err then
    redis.call('XLEN', stream) -- fails when it is no stream
    return found
  end
  for _, pending in ipairs(page) do
    found[pending[1]] = pending[4]
  end
  for _, entry in ipairs(entries) do
    if not found[entry] then
      local one = redis.call('XPENDING', stream, 'workers', entry, entry, 1, worker)[1]
      found[entry] = one and one[4]
    end
  end
  return found
end
