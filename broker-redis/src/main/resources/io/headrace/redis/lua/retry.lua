#!lua flags=allow-oom
-- retry: put failed jobs down until their next attempt; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/settle.lua
-- Returns the positions refused, from 1. Cost: about 13 commands.
local base = KEYS[1]
--@include numbers
--@include documents
--@include clock
--@include events
--@include wake
--@include tally
--@include unique
--@include fence
--@include settle
--@include put_down

if #held > 0 then
  put_down('retrying')
  tally('failed', #held)
  announce(ids)
end
return stale(document_at_rest)
