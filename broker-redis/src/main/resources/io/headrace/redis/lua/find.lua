#!lua flags=no-writes
-- find: where one job is. Its place is its state.
-- KEYS  1 base
-- ARGV  1 job id  2 level  3 entry id, '' for a job that began in the schedule  4 bucket  5 epoch ms of the id
-- Returns {place, document, ...}: {scheduled | retrying | parked | dead, document, score}, {finished, document}, {queued | cancelled, document, running value},
-- {running, document, running value, progress or '', 1 if its cancellation was asked for}, {gone}, {unknown}. Cost: at most 12 commands.
local base = KEYS[1]
local id, level, entry, bucket = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local document = redis.call('GET', base .. 'job:' .. id)
if document then
  for _, zset in ipairs({'retrying', 'scheduled', 'dead', 'parked'}) do
    local score = redis.call('ZSCORE', base .. zset, id)
    if score then
      return {zset, document, score}
    end
  end
  return {'finished', document}
end

local address = redis.call('GET', base .. 'entry:' .. id)
if address then
  level, entry = string.sub(address, 1, 1), string.sub(address, 2)
end
if entry ~= '' then
  local stream = base .. 'ready:' .. level
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  if found then
    local fields = found[2]
    local body = fields[1] == 'id' and fields[4] or fields[2]
    local pending = redis.pcall('XPENDING', stream, 'workers', entry, entry, 1)
    local value = redis.call('HGET', base .. 'running:' .. level, entry) or ''
    if not pending.err and pending[1] and pending[1][2] ~= 'released' then
      local progress = redis.call('GET', base .. 'progress:' .. id) or ''
      return {'running', body, value, progress, redis.call('SISMEMBER', base .. 'cancelling', id)}
    end
    if redis.call('SISMEMBER', base .. 'cancelled', id) == 1 then
      return {'cancelled', body, value}
    end
    return {'queued', body, value}
  end
end

document = redis.call('HGET', base .. 'finished:' .. bucket, id)
if document then
  return {'finished', document}
end
local created_ms = redis.call('HGET', base .. 'settings', 'created_ms')
if not created_ms or tonumber(ARGV[5]) < tonumber(created_ms) then
  return {'unknown'}
end
local through = tonumber(redis.call('HGET', base .. 'kept', 'gone_through') or '-1')
if tonumber(bucket) <= through or redis.call('ZSCORE', base .. 'finished', bucket) then
  return {'gone'}
end
return {'unknown'}
