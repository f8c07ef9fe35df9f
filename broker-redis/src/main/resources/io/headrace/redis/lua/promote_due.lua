#!lua flags=allow-oom
-- promote_due: put jobs in line that fell due. The caller claims them, so nobody is woken.
-- KEYS  1 base
-- ARGV  1 at most, of each index
-- Returns the members of indexes that are no job ids, and were dropped, each '<index> <member>'. Cost: 4 commands,
-- and 6 and 1 per job for each index that has some.
local base = KEYS[1]
--@include promote

read_clock()

local dropped = {}
for _, zset in ipairs({'scheduled', 'retrying', 'parked'}) do
  local due = redis.call('ZRANGEBYSCORE', base .. zset, '-inf', now_ms, 'LIMIT', 0, ARGV[1])
  local _, no_ids = promote(zset, due)
  for _, member in ipairs(no_ids) do
    dropped[#dropped + 1] = zset .. ' ' .. member
  end
end
return dropped
