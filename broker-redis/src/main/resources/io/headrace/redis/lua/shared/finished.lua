-- Finished jobs lie in one hash per tenth of a second of their ids' time; the zset 'finished' lists these buckets, the hash 'kept' counts
-- what each holds and their total. (Lua writes a negated zero as -0, which Redis takes for no number: hence 0 - n.) All three change together, so the total is exact up to buckets that expired since.

-- An oldest bucket of more documents than this goes as a whole: picking single ones out would cost more than the jobs.
local WHOLE = 1000

local function bucket_key(bucket)
  return base .. 'finished:' .. bucket
end

-- Remembers that ids up to this bucket may have been forgotten: their look-up answers 410, not 404.
local function forget(bucket, count)
  redis.call('ZREM', base .. 'finished', bucket)
  redis.call('HDEL', base .. 'kept', bucket)
  redis.call('HINCRBY', base .. 'kept', 'total', 0 - count)
  local through = tonumber(redis.call('HGET', base .. 'kept', 'gone_through') or '0')
  if tonumber(bucket) > through then
    redis.call('HSET', base .. 'kept', 'gone_through', bucket)
  end
end

-- Drops buckets that expired, and the oldest documents above the limit; a bounded number of steps a call.
local function trim(max_kept)
  local total = tonumber(redis.call('HGET', base .. 'kept', 'total') or '0')
  local trimmed = 0
  for _ = 1, 100 do
    local oldest = redis.call('ZRANGE', base .. 'finished', 0, 0)[1]
    if not oldest then break end
    local key = bucket_key(oldest)
    local count = tonumber(redis.call('HGET', base .. 'kept', oldest) or '0')
    local excess = total - max_kept
    if redis.call('EXISTS', key) == 0 then
      forget(oldest, count)
      total = total - count
    elseif excess <= 0 then
      break
    elseif count <= excess or (count > WHOLE and count < total) then
      redis.call('UNLINK', key)
      forget(oldest, count)
      total = total - count
      trimmed = trimmed + count
    else
      local some = redis.call('HRANDFIELD', key, math.min(excess, 1000))
      local removed = redis.call('HDEL', key, unpack(some))
      redis.call('HINCRBY', base .. 'kept', oldest, 0 - removed)
      redis.call('HINCRBY', base .. 'kept', 'total', 0 - removed)
      total = total - removed
      trimmed = trimmed + removed
    end
  end
  tally('trimmed', trimmed)
end

-- Stores finished documents. docs: bucket -> flat list of id, document; known: buckets to remember although nothing is kept.
local function keep(docs, known, retention_ms, max_kept)
  local grew = false
  for bucket, pairs_of in pairs(docs) do
    local key = bucket_key(bucket)
    local added = redis.call('HSET', key, unpack(pairs_of))
    redis.call('PEXPIRE', key, retention_ms)
    if added > 0 then
      grew = true
      redis.call('HINCRBY', base .. 'kept', 'total', added)
      if redis.call('HINCRBY', base .. 'kept', bucket, added) == added then
        redis.call('ZADD', base .. 'finished', bucket, bucket)
      end
    end
  end
  for bucket in pairs(known) do
    redis.call('ZADD', base .. 'finished', bucket, bucket)
  end
  if grew or next(known) then
    trim(max_kept)
  end
end

-- The queue's retention in ms and its limit of kept documents.
local function retention()
  local set = redis.call('HMGET', base .. 'settings', 'retention_ms', 'max_kept')
  return tonumber(set[1] or '86400000'), tonumber(set[2] or '100000')
end
