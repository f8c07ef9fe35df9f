#!lua flags=allow-oom
-- park: hand jobs back whose type this worker does not know; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/settle.lua
-- Returns the positions refused, from 1. Cost: 6 commands and 2 per level.
local base = KEYS[1]
--@include clock
--@include events
--@include unique
--@include fence
--@include settle

if #held > 0 then
  withdraw(by_level, held_fields)
  clean_up(false)
  rest_in('parked', function(job) return string.format('%.0f', now_ms + job.delay) end)
  announce(held_ids)
end
return stale(document_at_rest)
