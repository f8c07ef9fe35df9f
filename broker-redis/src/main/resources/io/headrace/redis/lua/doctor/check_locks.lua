#!lua flags=allow-oom
-- check_locks: whether jobs that have not ended hold the uniqueness keys that they were submitted with.
-- KEYS  1 base
-- ARGV  1 '1' to repair, then per job: job id, unique key
-- Returns {position, violation, detail} for each: LOCK_MISSING, LOCK_SHARED (the job that holds it).
-- Cost: 1 command, and up to 15 for each job that does not hold its key.
local base = KEYS[1]
--@include violations
--@include job_place

local WIDTH, FIRST = 2, 2
local keys = {}
for i = FIRST, #ARGV, WIDTH do
  keys[#keys + 1] = base .. 'unique:' .. ARGV[i + 1]
end
for n, holder in ipairs(redis.call('MGET', unpack(keys))) do
  local id = ARGV[FIRST + (n - 1) * WIDTH]
  -- A job that was cancelled in line gave its key back then; whoever has its entry by now has only to end it.
  if holder ~= id and unfinished(id) and redis.call('SISMEMBER', base .. 'cancelling', id) == 0 then
    if holder and unfinished(holder) then
      violated(n, 'LOCK_SHARED', holder)
    else
      violated(n, 'LOCK_MISSING')
      if repair then
        redis.call('SET', keys[n], id)
      end
    end
  end
end
return violations
