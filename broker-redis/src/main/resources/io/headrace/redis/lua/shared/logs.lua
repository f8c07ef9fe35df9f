-- What handlers said: the log of a job ends with its document, its progress when the job ends. The hash 'log_bytes'
-- holds how much each log is; the zset 'logs' lists them, those of finished jobs by bucket, and half a bucket more
-- where the document has a retention of its own, others by 0; 'kept' counts the 'logs' there are and their 'log_bytes'
-- together. Where there are none, all of that costs nothing.
--@include numbers

-- Drops the logs that some of these jobs may have: what somebody waits for, a while later; of jobs that go on writing,
-- the lines, so that the next one is numbered as it would have been.
local function drop_logs(ids, linger_ms, go_on)
  for from = 1, #ids, 1000 do
    local to = math.min(#ids, from + 999)
    local gone, bytes = {}, 0
    for n, size in ipairs(redis.call('HMGET', base .. 'log_bytes', unpack(ids, from, to))) do
      if size then
        gone[#gone + 1] = ids[from + n - 1]
        bytes = bytes + whole(size, 0)
      end
    end
    for _, id in ipairs(gone) do
      if go_on then
        redis.pcall('XTRIM', base .. 'log:' .. id, 'MAXLEN', 0)
      elseif linger_ms then
        redis.call('PEXPIRE', base .. 'log:' .. id, linger_ms)
      else
        redis.call('UNLINK', base .. 'log:' .. id)
      end
    end
    if #gone > 0 then
      redis.call('HDEL', base .. 'log_bytes', unpack(gone))
      redis.call('ZREM', base .. 'logs', unpack(gone))
      count_up(base .. 'kept', 'logs', 0 - #gone)
      count_up(base .. 'kept', 'log_bytes', 0 - bytes)
    end
  end
end

-- Drops those of the jobs of a bucket that is forgotten.
local function drop_logs_of(bucket, linger_ms)
  for _ = 1, 100 do
    local ids = redis.call('ZRANGEBYSCORE', base .. 'logs', bucket, bucket, 'LIMIT', 0, 1000)
    if #ids == 0 then return end
    drop_logs(ids, linger_ms)
  end
end

-- Jobs end that may have said something: of each the id, its place in 'logs', and how long its document is kept in ms,
-- 0 for not at all.
local function end_logs(said, linger_ms)
  if #said == 0 then return end
  local ids, progress, unkept = {}, {}, {}
  for n, job in ipairs(said) do
    ids[n] = job.id
    progress[n] = base .. 'progress:' .. job.id
  end
  redis.call('UNLINK', unpack(progress))
  for n, size in ipairs(redis.call('HMGET', base .. 'log_bytes', unpack(ids))) do
    local job = said[n]
    if size and job.kept_ms == 0 then
      unkept[#unkept + 1] = job.id
    elseif size then
      redis.call('PEXPIRE', base .. 'log:' .. job.id, string.format('%.0f', job.kept_ms))
      redis.call('ZADD', base .. 'logs', job.place, job.id)
    end
  end
  drop_logs(unkept, linger_ms)
end
