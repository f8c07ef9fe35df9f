#!lua flags=no-writes
-- look_up_queue: what a process must know of a queue to submit to it, and the time.
-- KEYS  1 base
-- Returns {now ms, when it was created, epoch ms, or nil, how many jobs may wait in it or nil}. Cost: 2 commands.
local base = KEYS[1]
--@include clock

read_clock()

local set = redis.call('HMGET', base .. 'settings', 'created_ms', 'max_backlog')
return {string.format('%.0f', now_ms), set[1], set[2]}
