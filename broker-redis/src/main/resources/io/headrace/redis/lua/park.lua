#!lua flags=allow-oom
-- park: hand jobs back whose type this worker does not know; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/verdicts.lua
-- Returns the positions refused, from 1. Cost: about 10 commands, and up to 2 more and 1 per gap where a batch leaves
-- by a trim.
local base = KEYS[1]
--@include documents
--@include clock
--@include events
--@include wake
--@include unique
--@include held
--@include verdicts
--@include delete
--@include settle
--@include marked
--@include put_down

put_down('parked')
return stale(refused, at_rest)
