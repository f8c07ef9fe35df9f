-- Keeps the documents of jobs that have ended: see trim.lua.
--@include trim

-- Within so many tenths of a second jobs may end in any order.
local ORDERLY = 10

local function tenths()
  return math.floor(now_ms / 100)
end

-- Notes that a job ended in this bucket now, if that is out of the order in which jobs were accepted; tells whether.
local function ended_late(bucket)
  local lag = tenths() - tonumber(bucket)
  if lag >= -ORDERLY and lag <= ORDERLY then
    return false
  end
  if redis.call('ZADD', base .. 'ended', tenths(), bucket) == 1 then
    redis.call('ZADD', base .. 'late', bucket, bucket)
    redis.call('ZREM', base .. 'finished', bucket)
    count_up(base .. 'kept', 'late', 1)
  end
  return true
end

-- Stores finished documents. runs: each {bucket, of, first, last}, where of[first..last] are ids, each followed by its
-- document; known: buckets to remember although nothing is kept. No document is lost to a key of a wrong type.
local function keep(runs, known, retention_ms, max_kept)
  local grown = {}
  for _, run in ipairs(runs) do
    local added = redis.pcall('HSET', bucket_key(run.bucket), unpack(run.of, run.first, run.last))
    if type(added) == 'table' then -- something else is there: each document gets a key of its own
      for i = run.first, run.last, 2 do
        redis.call('SET', base .. 'job:' .. run.of[i], run.of[i + 1], 'PX', retention_ms)
      end
      known[run.bucket] = true
    else
      grown[run.bucket] = (grown[run.bucket] or 0) + added
    end
  end
  local grew, begun = 0, next(known) ~= nil
  for bucket, added in pairs(grown) do
    redis.call('PEXPIRE', bucket_key(bucket), retention_ms)
    grew = grew + added
    local begins = added > 0 and count_up(base .. 'kept', bucket, added) == added
    if not ended_late(bucket) and begins then
      redis.call('ZADD', base .. 'finished', bucket, bucket)
    end
    begun = begun or begins
  end
  local total = grew > 0 and count_up(base .. 'kept', 'total', grew) or total_kept()
  for bucket in pairs(known) do
    redis.call('ZADD', base .. 'finished', bucket, bucket)
  end
  if begun or total > max_kept then -- else what expired can wait until the next bucket begins
    trim(max_kept, total)
  end
end
