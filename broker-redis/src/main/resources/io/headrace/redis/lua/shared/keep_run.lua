--@include numbers
--@include clock

-- Within so many tenths of a second jobs may end in any order.
local ORDERLY = 10
-- Who ends jobs in order does so within this time, so a bucket that lives that much longer need not be told to live on
-- with each of them; one that lives less than BRIEF_MS is, to the millisecond.
local IN_ORDER_MS, BRIEF_MS = 2000, 60000

-- Stores finished documents of one bucket: of[first..last] are ids, each followed by its document. Returns how many are
-- new, and whether the bucket begins with them; nothing where something else than a hash is at its key.
local function keep_run(bucket, of, first, last, retention_ms)
  local key = base .. 'finished:' .. bucket
  local added = redis.pcall('HSET', key, unpack(of, first, last))
  if type(added) == 'table' then return nil end
  local begins = added > 0 and count_up(base .. 'kept', bucket, added) == added
  local lives_on = begins
  local tenth = math.floor(now_ms / 100)
  local lag = tenth - bucket
  if lag >= -ORDERLY and lag <= ORDERLY then
    if begins then
      redis.call('ZADD', base .. 'finished', bucket, bucket)
    end
  elseif redis.call('ZADD', base .. 'ended', 'CH', tenth, bucket) == 1 then -- out of the order, for the first time now
    lives_on = true
    if redis.call('ZADD', base .. 'late', bucket, bucket) == 1 then
      redis.call('ZREM', base .. 'finished', bucket)
      count_up(base .. 'kept', 'late', 1)
    end
  end
  if retention_ms < BRIEF_MS then
    redis.call('PEXPIRE', key, retention_ms)
  elseif lives_on then
    redis.call('PEXPIRE', key, retention_ms + IN_ORDER_MS)
  end
  return added, begins
end
