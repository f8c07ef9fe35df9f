#!lua flags=allow-oom
-- tidy: let go of finished jobs that expired or are too many. Verdicts do so on their way; this is for queues where
-- none comes.
-- KEYS  1 base
-- Returns 1 if there is such a queue, else 0. Cost: 5 commands, and 5 for each bucket, at most 100 of them.
local base = KEYS[1]
--@include retention
--@include trim

read_clock()

local _, max_kept = retention()
trim(max_kept, total_kept())
return redis.call('EXISTS', base .. 'settings')
