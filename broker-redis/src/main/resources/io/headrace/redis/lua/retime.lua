#!lua flags=allow-oom
-- retime: give leases that were last renewed in the future, as the clock was set back since, a full lease from now.
-- KEYS  1 base
-- ARGV  1 level  2 look behind this entry id, '-' from the start
-- Returns where to go on, '' at the end. Cost: 1 command, and 1 for each worker that has such leases, or one that was
-- given just now.
local base = KEYS[1]
local PAGE = 500
local stream = base .. 'ready:' .. ARGV[1]
local page = redis.pcall('XPENDING', stream, 'workers', ARGV[2] == '-' and '-' or '(' .. ARGV[2], '+', PAGE)
if page.err then
  return ''
end
local of = {}
for _, pending in ipairs(page) do
  if pending[3] == 0 then -- Redis knows no silence of less than nothing
    of[pending[2]] = of[pending[2]] or {}
    table.insert(of[pending[2]], pending[1])
  end
end
for worker, entries in pairs(of) do
  entries[#entries + 1] = 'JUSTID'
  redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(entries))
end
return #page == PAGE and page[PAGE][1] or ''
