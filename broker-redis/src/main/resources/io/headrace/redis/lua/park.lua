#!lua flags=allow-oom
-- park: hand jobs back whose type this worker does not know; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/verdicts.lua
-- Returns the positions refused, from 1. Cost: about 10 commands, and up to 2 more and 1 per gap where a batch leaves
-- by a trim.
local base = KEYS[1]
--@include put_down

read_clock()

local jobs = settled()
put_down(jobs, 'parked')
return stale(jobs.refused, at_rest)
