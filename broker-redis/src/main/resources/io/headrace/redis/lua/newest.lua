#!lua flags=no-writes
-- newest: the newest id that each level of a queue has given to an entry, and the time.
-- KEYS  1 base
-- Returns {now ms, then of each level its letter and the id, '' for one that is not there}. Cost: 4 commands.
local base = KEYS[1]
--@include clock
--@include group

read_clock()

local newest = {string.format('%.0f', now_ms)}
for _, level in ipairs({'h', 'n', 'l'}) do
  local info = redis.pcall('XINFO', 'STREAM', base .. 'ready:' .. level)
  newest[#newest + 1] = level
  newest[#newest + 1] = info.err and '' or named_values(info)['last-generated-id']
end
return newest
