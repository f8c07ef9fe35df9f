#!lua flags=allow-oom
-- retry: put failed jobs down until their next attempt; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/verdicts.lua
-- Returns the positions refused, from 1. Cost: about 13 commands, and up to 2 more and 1 per gap where a batch leaves
-- by a trim.
local base = KEYS[1]
--@include tally
--@include put_down

read_clock()

local jobs = settled()
tally('failed', put_down(jobs, 'retrying'))
return stale(jobs.refused, at_rest)
