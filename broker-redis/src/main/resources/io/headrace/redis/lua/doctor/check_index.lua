#!lua flags=allow-oom
-- check_index: whether each member of an index has its document, and is in no other index.
-- KEYS  1 base
-- ARGV  1 '1' to repair  2 index  3 document that stands for one that is missing, then per member: job id
-- Returns {position, violation, detail} for each: INDEX_WITHOUT_DOCUMENT, TWO_INDEXES (told by the first of the two).
-- Cost: at most 4 commands; 2 per member when some document is missing.
local base = KEYS[1]
--@include clock
--@include violations

read_clock()

local zset = ARGV[2]
local FIRST = 4
local keys = {}
for i = FIRST, #ARGV do
  keys[#keys + 1] = base .. 'job:' .. ARGV[i]
end
if redis.call('EXISTS', unpack(keys)) < #keys then
  for n, key in ipairs(keys) do
    local id = ARGV[FIRST + n - 1]
    if redis.call('EXISTS', key) == 0 and redis.call('ZSCORE', base .. zset, id) then
      violated(n, 'INDEX_WITHOUT_DOCUMENT', zset)
      if repair then
        redis.call('ZREM', base .. zset, id)
        if zset ~= 'dead' then -- an accepted job does not vanish: people find it among the dead
          redis.call('SET', key, ARGV[3])
          redis.call('ZADD', base .. 'dead', string.format('%.0f', now_ms), id)
        end
      end
    end
  end
end

local later = {scheduled = {'retrying', 'parked', 'dead'}, retrying = {'parked', 'dead'}, parked = {'dead'}, dead = {}}
for _, other in ipairs(later[zset]) do
  for n, score in ipairs(redis.call('ZMSCORE', base .. other, unpack(ARGV, FIRST))) do
    if score and redis.call('ZSCORE', base .. zset, ARGV[FIRST + n - 1]) then
      violated(n, 'TWO_INDEXES', zset .. ' and ' .. other)
    end
  end
end
return violations
