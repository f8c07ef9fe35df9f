-- Keeps the documents of jobs that have ended: see trim.lua.
--@include trim
--@include keep_run

-- Stores finished documents. runs: each {bucket, of, first, last}, where of[first..last] are ids, each followed by its
-- document; known: buckets to remember although nothing is kept. No document is lost to a key of a wrong type.
local function keep(runs, known, retention_ms, max_kept)
  local grew, begun = 0, false
  for _, run in ipairs(runs) do
    local added, begins = keep_run(run.bucket, run.of, run.first, run.last, retention_ms)
    if added then
      grew = grew + added
      begun = begun or begins
    else -- something else is there: each document gets a key of its own
      for i = run.first, run.last, 2 do
        redis.call('SET', base .. 'job:' .. run.of[i], run.of[i + 1], 'PX', retention_ms)
      end
      known[run.bucket] = true
    end
  end
  local total = grew > 0 and count_up(base .. 'kept', 'total', grew) or total_kept()
  for bucket in pairs(known) do
    redis.call('ZADD', base .. 'finished', bucket, bucket)
    begun = true
  end
  if begun or total > max_kept then -- else what expired can wait until the next bucket begins
    trim(max_kept, total)
  end
end
