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
--@include put_down

if #held > 0 then
  put_down('parked')
  announce(ids)
end
return stale(document_at_rest)
