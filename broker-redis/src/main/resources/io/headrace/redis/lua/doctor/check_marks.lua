#!lua flags=allow-oom
-- check_marks: whether jobs marked as cancelled are where such jobs are: 'cancelled' marks entries in line,
-- 'cancelling' jobs that have not ended.
-- KEYS  1 base
-- ARGV  1 '1' to repair  2 'cancelled' or 'cancelling', then per member: job id
-- Returns {position, violation, detail} for each: MARK_STALE, MARK_MISPLACED. Cost: at most 9 commands per member.
local base = KEYS[1]
--@include violations
--@include job_place

local set = ARGV[2]
local FIRST = 3

for i = FIRST, #ARGV do
  local n, id = i - FIRST + 1, ARGV[i]
  if redis.call('SISMEMBER', base .. set, id) == 1 then
    local level, number = live_entry(id)
    local in_line = level and waits(pending_of(level, number))
    if not level and not unfinished(id) then
      violated(n, 'MARK_STALE', set)
      if repair then
        redis.call('SREM', base .. set, id)
      end
    elseif set == 'cancelled' and not in_line then
      violated(n, 'MARK_MISPLACED')
      if repair then
        redis.call('SMOVE', base .. 'cancelled', base .. 'cancelling', id)
      end
    end
  end
end
return violations
