#!lua flags=allow-oom
-- cancel: end a job that has not ended: at once when it rests or waits in line, through its worker when it runs.
-- KEYS  1 base
-- ARGV  1 job id  2 level  3 entry id or ''  4 bucket  5 document expected  6 document when cancelled  7 retention ms
--      or ''  8 unique key or ''
-- Returns CANCELLED, REQUESTED, ENDED, MOVED (it is not where and what was expected: look again), UNKNOWN. Cost: at
-- most 27 commands.
local base = KEYS[1]
--@include documents
--@include events
--@include unique
--@include awaited
--@include keep
--@include retention

read_clock()

local id, level, entry, bucket = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lock = ARGV[8] ~= '' and {base .. 'unique:' .. ARGV[8], id} or {}

local document = document_of(id)
if redis.call('ZSCORE', base .. 'dead', id) then
  return 'ENDED'
end
for _, zset in ipairs({'scheduled', 'retrying', 'parked'}) do
  if redis.call('ZSCORE', base .. zset, id) then
    if (document or '') ~= ARGV[5] then
      return 'MOVED'
    end
    redis.call('ZREM', base .. zset, id)
    redis.call('DEL', base .. 'job:' .. id)
    redis.call('SREM', base .. 'cancelling', id)
    unlock(lock)
    local retention_ms, max_kept, _, awaited = retention()
    logs_linger_ms = awaited and HELD_MS or nil
    local kept_ms = ARGV[7] ~= '' and tonumber(ARGV[7]) or max_kept == 0 and 0 or retention_ms
    end_logs({{id = id, place = bucket + (ARGV[7] == '' and 0 or 0.5), kept_ms = kept_ms}}, logs_linger_ms)
    if ARGV[7] ~= '' then
      if tonumber(ARGV[7]) > 0 then
        redis.call('SET', base .. 'job:' .. id, ARGV[6], 'PX', ARGV[7])
      end
      keep({}, {[bucket] = true}, retention_ms, max_kept)
    elseif retention_ms > 0 and max_kept > 0 then
      keep({{bucket = bucket, of = {id, ARGV[6]}, first = 1, last = 2}}, {}, retention_ms, max_kept)
    else
      keep({}, {[bucket] = true}, retention_ms, max_kept)
    end
    if awaited then
      hold({id}, function() return ARGV[6] end, function() return ARGV[7] end)
    end
    tally('cancelled', 1)
    announce({id})
    return 'CANCELLED'
  end
end
if document then
  return 'ENDED'
end

level, entry = entry_of(id, level, entry)
local stream = base .. 'ready:' .. level
if entry ~= '' and entry_at(stream, entry) then
  if redis.call('SISMEMBER', base .. 'cancelled', id) == 1 then
    return 'ENDED' -- whoever has its entry, or gets it, ends it
  end
  local pending = redis.pcall('XPENDING', stream, 'workers', entry, entry, 1)
  if not pending.err and pending[1] and pending[1][2] ~= 'released' then
    redis.call('SADD', base .. 'cancelling', id)
    redis.call('PUBLISH', channels .. 'cancel', id)
    announce({id})
    return 'REQUESTED'
  end
  -- The entry stays: deleting one that was never delivered would make the group's lag unknown. Whoever claims it ends
  -- it.
  redis.call('SADD', base .. 'cancelled', id)
  unlock(lock)
  announce({id})
  return 'CANCELLED'
end
if finished_document(bucket, id) then
  return 'ENDED'
end
return 'UNKNOWN'
