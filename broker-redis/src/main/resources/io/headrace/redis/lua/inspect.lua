#!lua flags=no-writes
-- inspect: a queue at a glance.
-- KEYS  1 base
-- ARGV  1 counters of how many of the last minutes are wanted
-- Returns {exists, settings, totals, kept, {scheduled, retrying, parked, dead}, cancelled in line, per level {level,
-- length, pending, released, ms since the oldest job in line came there, -1 when none waits}, the present minute,
-- counters per minute, oldest first, ms since the first job at rest fell due, 0 when none has}. Cost: about 36 commands
-- and 1 per minute, independent of depth; 2 more for each bucket of finished jobs that expired and that nobody has
-- tidied away yet, up to 100 of them.
local base = KEYS[1]
--@include trim

read_clock()

if redis.call('EXISTS', base .. 'settings') == 0 then
  return {0}
end

-- How many finished jobs can be looked up.
local function kept()
  local total = total_kept()
  for _, bucket in ipairs(redis.call('ZRANGE', base .. 'finished', 0, 99)) do
    if redis.call('EXISTS', bucket_key(bucket)) == 1 then break end
    total = total - whole(redis.call('HGET', base .. 'kept', bucket), 0)
  end
  return math.max(0, total)
end

-- How long ago an entry came into line: by what it says, or else by its id, which may be ahead of the time.
local function age(entry)
  local at_ms = tonumber(string.match(entry[1], '^(%d+)-'))
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'at' then
      at_ms = whole(entry[2][i + 1], at_ms)
    end
  end
  return math.max(0, now_ms - at_ms)
end

local levels = {}
for n, level in ipairs({'h', 'n', 'l'}) do
  local stream = base .. 'ready:' .. level
  local length, pending, released, oldest = redis.call('XLEN', stream), 0, 0, -1
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  local delivered = '0'
  for _, group in ipairs(groups.err and {} or groups) do
    for i = 1, #group, 2 do
      if group[i] == 'last-delivered-id' then
        delivered = group[i + 1]
      elseif group[i] == 'pending' then
        pending = group[i + 1]
      end
    end
  end
  if pending > 0 then
    for _, consumer in ipairs(redis.call('XPENDING', stream, 'workers')[4] or {}) do
      if consumer[1] == 'released' then
        released = tonumber(consumer[2])
      end
    end
    if released > 0 then
      local entry = redis.call('XPENDING', stream, 'workers', '-', '+', 1, 'released')[1][1]
      local first = redis.call('XRANGE', stream, entry, entry)[1]
      oldest = first and age(first) or oldest
    end
  end
  if length > pending then
    local first = redis.call('XRANGE', stream, '(' .. delivered, '+', 'COUNT', 1)[1]
    if first then
      oldest = math.max(oldest, age(first))
    end
  end
  levels[n] = {level, length, pending, released, oldest}
end
local resting, overdue_ms = {}, 0
for n, zset in ipairs({'scheduled', 'retrying', 'parked', 'dead'}) do
  resting[n] = redis.call('ZCARD', base .. zset)
  if resting[n] > 0 and zset ~= 'dead' then
    local due_ms = tonumber(redis.call('ZRANGE', base .. zset, 0, 0, 'WITHSCORES')[2])
    overdue_ms = math.max(overdue_ms, now_ms - math.max(0, due_ms)) -- a score can be infinite
  end
end
local minute, recent = math.floor(now_ms / 60000), {}
for n = 1, tonumber(ARGV[1]) do
  local counters = redis.pcall('HGETALL', base .. 'stats:' .. (minute - ARGV[1] + n))
  recent[n] = counters.err and {} or counters
end
return {1, redis.call('HGETALL', base .. 'settings'), redis.call('HGETALL', base .. 'totals'),
  kept(), resting, redis.call('SCARD', base .. 'cancelled'), levels, minute, recent,
  overdue_ms}
