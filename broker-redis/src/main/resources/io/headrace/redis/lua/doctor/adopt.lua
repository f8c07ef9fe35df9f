#!lua flags=allow-oom
-- adopt: lay documents that are in no index among the dead, where an operator finds them.
-- KEYS  1 base
-- ARGV  per job: job id, document expected, document that tells why, bucket
-- Returns 1 or 0 for each: whether it was laid there; not when it is somewhere or changed meanwhile. Cost: at most 12
-- commands per job.
local base = KEYS[1]
--@include events
--@include tally
--@include job_place

read_clock()

local done, ids = {}, {}
for i = 1, #ARGV, 4 do
  local id, key = ARGV[i], base .. 'job:' .. ARGV[i]
  local lost = redis.call('GET', key) == ARGV[i + 1] and redis.call('PTTL', key) == -1
    and not index_of(id) and not live_entry(id)
    and redis.call('HEXISTS', base .. 'finished:' .. ARGV[i + 3], id) == 0
  if lost then
    redis.call('SET', key, ARGV[i + 2])
    redis.call('ZADD', base .. 'dead', string.format('%.0f', now_ms), id)
    ids[#ids + 1] = id
  end
  done[#done + 1] = lost and 1 or 0
end
tally('dead', #ids)
announce(ids)
return done
