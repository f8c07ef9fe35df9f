-- Finished jobs lie in one hash per tenth of a second of their ids' time; the zset 'finished' lists these buckets, the
-- hash 'kept' counts what each holds and their total. (Lua writes a negated zero as -0, which Redis takes for no
-- number: hence 0 - n.) All three change together, so the total is exact up to buckets that expired since.
--
-- What ended last is kept longest. Most jobs end in the order in which they were accepted, so the times of buckets
-- tell. A bucket in which a job ended out of that order is listed in 'late' instead, by its own time like in
-- 'finished', and in 'ended' by when a job last ended in it; 'kept' counts them as 'late'.
--@include tally
--@include ahead
--@include logs

-- An oldest bucket of more documents than this goes as a whole: picking single ones out would cost more than the jobs.
local WHOLE = 1000

local function bucket_key(bucket)
  return base .. 'finished:' .. bucket
end

-- How long logs outlive what is trimmed, nil when nobody waits for jobs.
local logs_linger_ms

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
-- call. So that not each job that ends at the limit drops one, a hundredth of the limit goes at once: where a bucket
-- holds no more than that, as a whole.
local function trim(max_kept, total)
  local trimmed, step = 0, math.floor(max_kept / 100)
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
    elseif count <= math.max(excess, step) or (count > WHOLE and count < total) then
      redis.call('UNLINK', key)
      forget(oldest, count, is_late, has_logs)
      total = total - count
      trimmed = trimmed + count
    else
      local some = redis.call('HRANDFIELD', key, math.min(math.max(excess, step), 1000))
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
