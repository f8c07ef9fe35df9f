-- Finished jobs lie in one hash per tenth of a second of their ids' time; the zset 'finished' lists these buckets, the
-- hash 'kept' counts what each holds and their total. (Lua writes a negated zero as -0, which Redis takes for no
-- number: hence 0 - n.) All three change together, so the total is exact up to buckets that expired since.
--
-- What ended last is kept longest. Most jobs end in the order in which they were accepted, so the times of buckets
-- tell. A bucket in which a job ended out of that order is listed in 'late' instead, by its own time like in
-- 'finished', and in 'ended' by when a job last ended in it; 'kept' counts them as 'late'.

-- An oldest bucket of more documents than this goes as a whole: picking single ones out would cost more than the jobs.
local WHOLE = 1000
-- Within so many tenths of a second jobs may end in any order.
local ORDERLY = 10

local function bucket_key(bucket)
  return base .. 'finished:' .. bucket
end

-- How long logs outlive what is trimmed, nil when nobody waits for jobs.
local logs_linger_ms

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

-- Remembers that ids up to this bucket may have been forgotten: their look-up answers 410, not 404.
local function forget(bucket, count, is_late, has_logs)
  if has_logs then
    drop_logs_of(bucket, logs_linger_ms)
  end
  redis.call('ZREM', base .. 'finished', bucket)
  if is_late then
    redis.call('ZREM', base .. 'ended', bucket)
    redis.call('ZREM', base .. 'late', bucket)
    count_up(base .. 'kept', 'late', -1)
  end
  redis.call('HDEL', base .. 'kept', bucket)
  count_up(base .. 'kept', 'total', 0 - count)
  local mark = is_ahead(whole(bucket, 0)) and 'gone_ahead' or 'gone_through'
  if whole(bucket, 0) > whole(redis.call('HGET', base .. 'kept', mark), 0) then
    redis.call('HSET', base .. 'kept', mark, bucket)
  end
end

local function total_kept()
  return whole(redis.call('HGET', base .. 'kept', 'total'), 0)
end

-- The bucket in which no job has ended for longest, what 'kept' counts of it, whether it is among the late ones, and
-- whether there are any logs.
local function oldest_bucket()
  local oldest = redis.call('ZRANGE', base .. 'finished', 0, 0)[1]
  local counts = redis.call('HMGET', base .. 'kept', oldest or '', 'late', 'logs')
  local has_logs = whole(counts[3], 0) > 0
  if whole(counts[2], 0) <= 0 then
    return oldest, counts[1], false, has_logs
  end
  if oldest and redis.call('ZSCORE', base .. 'late', oldest) then -- whoever deletes dead jobs lists their buckets here
    redis.call('ZREM', base .. 'finished', oldest)
    return oldest_bucket()
  end
  local first = redis.call('ZRANGE', base .. 'ended', 0, 0, 'WITHSCORES')
  if first[1] and (not oldest or tonumber(first[2]) <= (tonumber(oldest) or 0)) then
    return first[1], redis.call('HGET', base .. 'kept', first[1]), true, has_logs
  end
  return oldest, counts[1], false, has_logs
end

-- Drops buckets that expired, and the oldest documents above the limit, of so many kept; a bounded number of steps a
-- call.
local function trim(max_kept, total)
  local trimmed = 0
  for _ = 1, 100 do
    local oldest, counted, is_late, has_logs = oldest_bucket()
    if not oldest then break end
    local key = bucket_key(oldest)
    local length = redis.pcall('HLEN', key)
    local count = whole(counted, type(length) == 'number' and length or 0)
    local excess = total - max_kept
    if type(length) == 'table' or length == 0 then -- it expired, or somebody put something else there
      forget(oldest, count, is_late, has_logs)
      total = total - count
    elseif excess <= 0 then
      break
    elseif count <= excess or (count > WHOLE and count < total) then
      redis.call('UNLINK', key)
      forget(oldest, count, is_late, has_logs)
      total = total - count
      trimmed = trimmed + count
    else
      local some = redis.call('HRANDFIELD', key, math.min(excess, 1000))
      local removed = redis.call('HDEL', key, unpack(some))
      if has_logs then
        drop_logs(some, logs_linger_ms)
      end
      count_up(base .. 'kept', oldest, 0 - removed)
      count_up(base .. 'kept', 'total', 0 - removed)
      total = total - removed
      trimmed = trimmed + removed
    end
  end
  tally('trimmed', trimmed)
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

-- The queue's retention in ms, its limit of kept documents, whether somebody looks at it, and whether somebody waits
-- for one of its jobs; of the former two, where something else than a number in bounds is set, the default.
local function bounded(text, most, fallback)
  local n = whole(text, fallback)
  return n >= 0 and n <= most and n or fallback
end

local function retention()
  local set = redis.call('HMGET', base .. 'settings', 'retention_ms', 'max_kept', 'watched_until_ms', 'awaited_until_ms')
  return bounded(set[1], 31536000000, 86400000), bounded(set[2], 10000000, 100000), soon(set[3], AWAITED_MS),
    soon(set[4], AWAITED_MS)
end
