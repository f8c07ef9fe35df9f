#!lua flags=allow-oom
-- bury: put jobs that failed for good among the dead; refuse those whose lease has moved on. Dead jobs older than 30
-- days go.
-- KEYS and ARGV: see shared/verdicts.lua
-- Returns the positions refused, from 1. Cost: about 13 commands, 1 for jobs that may have said something, and up to 2
-- more and 1 per gap where a batch leaves by a trim.
local base = KEYS[1]
--@include events
--@include tally
--@include logs
--@include settle

read_clock()

local DEAD_RETENTION_MS = 30 * 24 * 3600 * 1000

local jobs = settled()
if jobs.held > 0 then
  local silent = {}
  for n, at in ipairs(said(jobs)) do
    silent[n] = base .. 'progress:' .. ids_of(jobs)[at]
  end
  if #silent > 0 then
    redis.call('UNLINK', unpack(silent)) -- the log stays as long as the job is dead
  end
  rest_in(jobs, 'dead', function() return now_ms end)
  withdraw(jobs)
  clean_up(jobs, true)
  unmark(jobs)
  local before_ms = string.format('%.0f', now_ms - DEAD_RETENTION_MS)
  local old = redis.call('ZRANGEBYSCORE', base .. 'dead', '-inf', before_ms, 'LIMIT', 0, 100)
  if #old > 0 then
    local keys, buckets = {}, {}
    for i, id in ipairs(old) do
      local scheduled, ms, number = string.match(id, '(s?)(%d+)%-(%d+)$') -- what is no id goes, too
      local bucket = math.floor(tonumber(ms or '0') / 100)
        + (scheduled == '' and math.floor(tonumber(number) / 1000) or 0)
      keys[i] = base .. 'job:' .. id
      buckets[2 * i - 1], buckets[2 * i] = bucket, string.format('%.0f', bucket)
    end
    redis.call('DEL', unpack(keys))
    drop_logs(old)
    redis.call('ZADD', base .. 'finished', unpack(buckets)) -- their look-up answers 410 from now on
    redis.call('ZREM', base .. 'dead', unpack(old))
    tally('trimmed_dead', #old)
  end
  tally('dead', jobs.held)
  announce(ids_of(jobs))
end
return stale(jobs.refused, at_rest)
