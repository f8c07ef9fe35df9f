#!lua flags=allow-oom
-- delete_dead: forget dead jobs for ever.
-- KEYS  1 base
-- ARGV  per job: job id, bucket
-- Returns 1 or 0 for each: whether it was dead. Cost: 7 commands, and 5 where some of them have logs.
local base = KEYS[1]
--@include logs
--@include events

redis.call('ZCARD', base .. 'finished') -- a wrong type fails the call before anything has changed

local asked = {}
for i = 1, #ARGV, 2 do
  asked[#asked + 1] = ARGV[i]
end
local done, ids, keys, buckets = {}, {}, {}, {}
for n, score in ipairs(redis.call('ZMSCORE', base .. 'dead', unpack(asked))) do
  done[n] = score and 1 or 0
  if score then
    local id, bucket = asked[n], ARGV[2 * n]
    ids[#ids + 1] = id
    for _, kind in ipairs({'job:', 'progress:'}) do
      keys[#keys + 1] = base .. kind .. id
    end
    buckets[#buckets + 1], buckets[#buckets + 2] = bucket, bucket
  end
end
if #ids > 0 then
  redis.call('ZREM', base .. 'dead', unpack(ids))
  redis.call('DEL', unpack(keys))
  drop_logs(ids)
  redis.call('ZADD', base .. 'finished', unpack(buckets)) -- their look-ups answer 410 from now on
  announce(ids)
end
return done
