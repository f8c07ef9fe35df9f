#!lua flags=no-writes
-- find: where one job is. Its place is its state.
-- KEYS  1 base
-- ARGV  1 job id  2 level  3 entry id, '' for a job that began in the schedule  4 bucket  5 epoch ms of the id
-- Returns {place, document, ...}: {scheduled | retrying | parked | dead, document, score}, {finished, document},
-- {queued | cancelled, document, record, at}, {running, document, holder, progress or '', 1 if its cancellation was
-- asked for, at}, {gone}, {unknown}; at is when the job was accepted, epoch ms, where its entry says so, else ''. A
-- document that is missing where one belongs is empty. Cost: at most 18 commands.
local base = KEYS[1]
--@include documents
--@include delivered
--@include holder
--@include ahead
--@include numbers

read_clock()
local id, level, entry, bucket = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local document = document_of(id)
for _, zset in ipairs({'retrying', 'scheduled', 'dead', 'parked'}) do
  local score = redis.call('ZSCORE', base .. zset, id)
  if score then
    return {zset, document or '', score}
  end
end
if document then
  return {'finished', document}
end

level, entry = entry_of(id, level, entry)
if entry ~= '' then
  local stream = base .. 'ready:' .. level
  local found = entry_at(stream, entry)
  if found then
    local body, at = '', ''
    for i = 1, #found[2], 2 do
      if found[2][i] == 'job' then
        body = found[2][i + 1]
      elseif found[2][i] == 'at' and found[2][1] == 'job' then
        at = found[2][i + 1]
      end
    end
    local record = redis.call('HGET', base .. 'running:' .. level, entry)
    if redis.call('SISMEMBER', base .. 'cancelled', id) == 1 then -- for good, whoever has its entry
      return {'cancelled', body, record or '', at}
    end
    local pending, seen_ms = in_one_ms(function()
      return redis.pcall('XPENDING', stream, 'workers', entry, entry, 1)
    end)
    if not pending.err and pending[1] and pending[1][2] ~= 'released' then
      local progress = redis.pcall('GET', base .. 'progress:' .. id)
      return {'running', body, holder(record, pending[1], seen_ms), type(progress) == 'string' and progress or '',
        redis.call('SISMEMBER', base .. 'cancelling', id), at}
    end
    return {'queued', body, record or '', at}
  end
end

document = finished_document(bucket, id)
if document then
  return {'finished', document}
end
local created_ms = redis.call('HGET', base .. 'settings', 'created_ms')
local since_ms = whole(created_ms, 0)
-- Where it was created later than now, the clock was ahead then.
if not created_ms or (tonumber(ARGV[5]) < since_ms and since_ms <= now_ms) then
  return {'unknown'}
end
local through = redis.call('HMGET', base .. 'kept', 'gone_through', 'gone_ahead')
if tonumber(bucket) <= whole(through[is_ahead(bucket) and 2 or 1], -1) then
  return {'gone'}
end
for _, list in ipairs({'finished', 'late'}) do
  if redis.call('ZSCORE', base .. list, bucket) then
    return {'gone'}
  end
end
return {'unknown'}
