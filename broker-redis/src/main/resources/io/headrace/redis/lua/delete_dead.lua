#!lua flags=allow-oom
-- delete_dead: forget dead jobs for ever.
-- KEYS  1 base
-- ARGV  per job: job id, bucket
-- Returns 1 or 0 for each: whether it was dead. Cost: 3 commands per job.
local base = KEYS[1]
--@include events

local done, ids = {}, {}
for i = 1, #ARGV, 2 do
  local removed = redis.call('ZREM', base .. 'dead', ARGV[i])
  if removed == 1 then
    redis.call('DEL', base .. 'job:' .. ARGV[i], base .. 'log:' .. ARGV[i], base .. 'progress:' .. ARGV[i])
    redis.call('ZADD', base .. 'finished', ARGV[i + 1], ARGV[i + 1]) -- its look-up answers 410 from now on
    ids[#ids + 1] = ARGV[i]
  end
  done[#done + 1] = removed
end
announce(ids)
return done
