#!lua flags=allow-oom
-- claim: lease jobs of one queue to a worker, after publishing those that fell due.
-- KEYS  1 base
-- ARGV  1 queue  2 worker  3 at most  4 lease ms  5 publish at most, a kind  6 '1' to claim from a
--       paused queue, too  7.. levels, in the order in which they are asked
-- Returns {now ms, ms until the next job falls due or '', chunks, cancelled ids, missing}, a chunk being {level, entries, deliveries,
-- running values}: released jobs first; the last two are empty lists in a chunk of first deliveries. missing is 1 when the
-- queue has no group yet. Cost: at most 15 commands and 1 per level, and for jobs that fell due 5 and 1 per job.
local base = KEYS[1]
--@include clock
--@include events
--@include wake
--@include publish

local queue, worker, most, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local settings = redis.call('HMGET', base .. 'settings', 'paused', 'watched_until_ms')
local watched = tonumber(settings[2] or '0') > now_ms

local next_due_ms = nil
for _, zset in ipairs({'scheduled', 'retrying', 'parked'}) do
  local first = redis.call('ZRANGE', base .. zset, 0, 0, 'WITHSCORES')
  if first[2] and tonumber(first[2]) <= now_ms then
    local due = redis.call('ZRANGEBYSCORE', base .. zset, '-inf', now_ms, 'LIMIT', 0, ARGV[5])
    publish(zset, due)
    first = redis.call('ZRANGE', base .. zset, 0, 0, 'WITHSCORES')
  end
  if first[2] and (not next_due_ms or tonumber(first[2]) < next_due_ms) then
    next_due_ms = tonumber(first[2])
  end
end
local wait_ms = next_due_ms and string.format('%.0f', math.max(0, next_due_ms - now_ms)) or ''

if settings[1] == '1' and ARGV[6] ~= '1' then
  return {now_ms, wait_ms, {}, {}, 0}
end

local chunks = {}
local running = {}
local ids = {}
local left = most

local function lease(level, entries, deliveries, histories)
  for i, entry in ipairs(entries) do
    local count = deliveries[i] or 1
    local history = histories[i] or '' -- of a released job: what its lost deliveries left, after a ';'
    running[#running + 1] = level .. entry[1]
    running[#running + 1] = string.format('%s,%d,%.0f,%s%s', worker, count, now_ms, lease_ms, history)
    local fields = entry[2]
    ids[#ids + 1] = fields[1] == 'id' and fields[2] or (queue .. '_' .. level .. entry[1])
  end
  left = left - #entries
  chunks[#chunks + 1] = {level, entries, deliveries, histories}
end

-- Jobs that a stopping worker handed back wait in the group under a consumer of their own, and keep their place in line.
for i = 7, #ARGV do
  local level = ARGV[i]
  local stream = base .. 'ready:' .. level
  local parked = left > 0 and redis.pcall('XPENDING', stream, 'workers', '-', '+', left, 'released') or {}
  if parked.err then
    return {now_ms, wait_ms, {}, {}, 1}
  end
  if #parked > 0 then
    local entry_ids, fields = {}, {}
    for n, pending in ipairs(parked) do
      entry_ids[n] = pending[1]
      fields[n] = level .. pending[1]
    end
    local histories = redis.call('HMGET', base .. 'running', unpack(fields))
    local entries = redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(entry_ids))
    local counts, kept = {}, {}
    local at = 1
    for n, entry in ipairs(entries) do
      while parked[at][1] ~= entry[1] do at = at + 1 end
      counts[n] = parked[at][4] + 1
      kept[n] = histories[at] or ''
    end
    lease(level, entries, counts, kept)
  end
end
for i = 7, #ARGV do
  if left > 0 then
    local level = ARGV[i]
    local stream = base .. 'ready:' .. level
    local reply = redis.pcall('XREADGROUP', 'GROUP', 'workers', worker, 'COUNT', left, 'STREAMS', stream, '>')
    if reply and reply.err then
      return {now_ms, wait_ms, {}, {}, 1}
    end
    if reply then
      lease(level, reply[1][2], {}, {})
    end
  end
end
if #running == 0 then
  return {now_ms, wait_ms, {}, {}, 0}
end
redis.call('HSET', base .. 'running', unpack(running))

-- Jobs whose cancellation was asked for while they waited: the worker is told, and ends them without running them.
local cancelled = {}
for _, set in ipairs({'cancelled', 'cancelling'}) do
  if redis.call('EXISTS', base .. set) == 1 then
    for i, is_member in ipairs(redis.call('SMISMEMBER', base .. set, unpack(ids))) do
      if is_member == 1 then
        cancelled[#cancelled + 1] = ids[i]
        if set == 'cancelled' then
          redis.call('SMOVE', base .. 'cancelled', base .. 'cancelling', ids[i])
        end
      end
    end
  end
end
if watched then
  announce(ids)
end
if left == 0 then
  wake() -- there may be more than this worker can take
end
return {now_ms, wait_ms, chunks, cancelled, 0}
