#!lua flags=allow-oom
-- await: note that somebody waits for the end of a job. Jobs of queues that are not there are passed over.
-- KEYS  1 base
-- ARGV  1 job id
-- Returns OK. Cost: 6 commands.
local base = KEYS[1]
--@include awaited

read_clock()

if redis.call('EXISTS', base .. 'settings') == 1 then
  await(ARGV[1])
end
return 'OK'
