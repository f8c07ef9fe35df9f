#!lua flags=allow-oom
-- announce_claimed: what a claim has to say of jobs that were read directly from their stream.
-- KEYS  1 base
-- ARGV  1 '1' if their queue is watched, then the job ids
-- Returns the ids of those whose cancellation was asked for. Cost: at most 6 commands, and 1 per cancelled job.
local base = KEYS[1]
--@include events
--@include marked

local ids = {}
for i = 2, #ARGV do
  ids[i - 1] = ARGV[i]
end
local cancelled = marked(ids)
if ARGV[1] == '1' then
  announce(ids)
end
return cancelled
