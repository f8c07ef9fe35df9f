#!lua flags=allow-oom
-- park: hand jobs back whose type this worker does not know; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/settle.lua
-- Returns the positions refused, from 1. Cost: about 10 commands.
local base = KEYS[1]
--@include documents
--@include clock
--@include events
--@include wake
--@include unique
--@include fence
--@include settle

if #held > 0 then
  local mine, due = {}, due_again()
  rest_in('parked', function(n, i)
    mine[ids[n]] = true
    return due(n, i)
  end)
  withdraw()
  clean_up(false)
  if mine[redis.call('ZRANGE', base .. 'parked', 0, 0)[1]] then
    wake() -- as for retry
  end
  announce(ids)
end
return stale(document_at_rest)
