#!lua flags=allow-oom
-- claim: lease jobs of one queue to a worker, after publishing those that fell due.
-- KEYS  1 base
-- ARGV  1 queue  2 worker  3 at most  4 lease ms  5 publish at most, a kind  6 '1' to claim from a
--       paused queue, too  7 '', or a fencing token: the worker may have claimed with a greater one and not been told
--       8.. levels, in the order in which they are asked
-- Returns {now ms, ms until the next job falls due or '', chunks, cancelled ids, missing, fencing token, dropped}, a chunk being {level,
-- entries, deliveries, lost deliveries, fencing tokens}: what the worker was not told of first, then released jobs; the last three are empty
-- lists in a chunk of first deliveries, and the tokens also in one of released jobs: they have that of the answer. missing is 1
-- when a level has no group yet; dropped are members of indexes that are no job ids, each '<index> <member>'. Cost: at most 17 commands
-- and 3 per level, and for jobs that fell due 5 and 1 per job; with
-- argument 7 also 2 per level that walk what the worker holds, and 1 per job that it was not told of.
local base = KEYS[1]
--@include numbers
--@include ids
--@include clock
--@include events
--@include wake
--@include publish
--@include fencing

local worker, most, lease_ms = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local settings = redis.call('HMGET', base .. 'settings', 'paused', 'watched_until_ms')
local watched = whole(settings[2], 0) > now_ms

-- Check first: a key of a wrong type fails the call before anything has changed hands.
for i = 8, #ARGV do
  redis.call('XLEN', base .. 'ready:' .. ARGV[i])
  redis.call('HLEN', base .. 'running:' .. ARGV[i])
end
-- The sets of jobs whose cancellation was asked for, as far as there are any.
local marks = {}
for _, set in ipairs({'cancelled', 'cancelling'}) do
  if redis.call('SCARD', base .. set) > 0 then
    marks[#marks + 1] = set
  end
end

local MAX_WAIT_MS = 31536000000 -- a score can be infinite
local next_due_ms, dropped = nil, {}
for _, zset in ipairs({'scheduled', 'retrying', 'parked'}) do
  local first = redis.call('ZRANGE', base .. zset, 0, 0, 'WITHSCORES')
  if first[2] and tonumber(first[2]) <= now_ms then
    local due = redis.call('ZRANGEBYSCORE', base .. zset, '-inf', now_ms, 'LIMIT', 0, ARGV[5])
    local _, no_ids = publish(zset, due)
    for _, member in ipairs(no_ids) do
      dropped[#dropped + 1] = zset .. ' ' .. member
    end
    first = redis.call('ZRANGE', base .. zset, 0, 0, 'WITHSCORES')
  end
  if first[2] and (not next_due_ms or tonumber(first[2]) < next_due_ms) then
    next_due_ms = tonumber(first[2])
  end
end
-- What the worker holds of a level under a fencing token greater than the last it was told.
local function untold(level, told)
  local chunk = {level, {}, {}, {}, {}}
  local stream = base .. 'ready:' .. level
  local mine = redis.pcall('XPENDING', stream, 'workers', '-', '+', 100000, worker)
  if mine.err or #mine == 0 then
    return chunk
  end
  for from = 1, #mine, 1000 do
    local entries, found = {}, {}
    for n = from, math.min(#mine, from + 999) do
      entries[#entries + 1] = mine[n][1]
    end
    for n, value in ipairs(redis.call('HMGET', base .. 'running:' .. level, unpack(entries))) do
      local holder, deliveries, token, older = string.match(value or '', '^([^,;]*),(%d+),%d+,%d+,(%d+)(.*)$')
      local entry = holder == worker and tonumber(token) > tonumber(told) and redis.call('XRANGE', stream, entries[n], entries[n])[1]
      if entry then
        local at = #chunk[2] + 1
        chunk[2][at], chunk[3][at], chunk[4][at], chunk[5][at] = entry, tonumber(deliveries), older, tonumber(token)
        found[#found + 1] = entries[n]
      end
    end
    if #found > 0 then
      found[#found + 1] = 'JUSTID'
      redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(found)) -- a full lease from now, as every claim gives
    end
  end
  return chunk
end

local wait_ms = next_due_ms and string.format('%.0f', math.min(MAX_WAIT_MS, math.max(0, next_due_ms - now_ms))) or ''

local chunks = {}
local missing = 0
local left = most
local fence = 0 -- the fencing token of what this call leases; each later one of the queue is greater
local first_delivery

-- What an earlier call leased whose answer got lost: the worker holds it without knowing.
for i = 8, ARGV[7] ~= '' and #ARGV or 0 do
  local chunk = untold(ARGV[i], ARGV[7])
  if #chunk[2] > 0 then
    chunks[#chunks + 1] = chunk
    left = left - #chunk[2]
  end
end
if settings[1] == '1' and ARGV[6] ~= '1' then
  left = 0
end

-- Writes down who holds these entries now. deliveries and histories are empty for first deliveries.
local function lease(level, entries, deliveries, histories)
  if fence == 0 and #entries > 0 then
    fence = next_token(now_ms)
    first_delivery = string.format('%s,1,%.0f,%s,%.0f', worker, now_ms, lease_ms, fence)
  end
  local running = {}
  for i, entry in ipairs(entries) do
    running[2 * i - 1] = entry[1]
    if deliveries[i] then
      -- of a released job the history is what its lost deliveries left, after a ';'
      running[2 * i] = string.format('%s,%d,%.0f,%s,%.0f%s', worker, deliveries[i], now_ms, lease_ms, fence, histories[i])
    else
      running[2 * i] = first_delivery
    end
  end
  if #running > 0 then
    redis.call('HSET', base .. 'running:' .. level, unpack(running))
    left = left - #entries
    chunks[#chunks + 1] = {level, entries, deliveries, histories, {}}
  end
end

-- Jobs that a stopping worker handed back wait in the group under a consumer of their own, and keep their place in line.
for i = 8, #ARGV do
  local level = ARGV[i]
  local stream = base .. 'ready:' .. level
  local waiting = left > 0 and redis.pcall('XPENDING', stream, 'workers', '-', '+', left, 'released') or {}
  if waiting.err then
    missing = 1
  elseif #waiting > 0 then
    local asked = {}
    for n, pending in ipairs(waiting) do
      asked[n] = pending[1]
    end
    local values = redis.call('HMGET', base .. 'running:' .. level, unpack(asked))
    local entries = redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(asked))
    local deliveries, histories = {}, {}
    local at = 1
    for n, entry in ipairs(entries) do
      while asked[at] ~= entry[1] do at = at + 1 end
      deliveries[n] = waiting[at][4] + 1
      histories[n] = values[at] or ''
    end
    lease(level, entries, deliveries, histories)
  end
end
for i = 8, #ARGV do
  if left > 0 then
    local level = ARGV[i]
    local reply = redis.pcall('XREADGROUP', 'GROUP', 'workers', worker, 'COUNT', left, 'STREAMS', base .. 'ready:' .. level, '>')
    if reply and reply.err then
      missing = 1
    elseif reply then
      lease(level, reply[1][2], {}, {})
    end
  end
end
if #chunks == 0 then
  return {now_ms, wait_ms, {}, {}, missing, fence, dropped}
end

-- Jobs whose cancellation was asked for while they waited: the worker is told, and ends them without running them.
local ids = {}
if watched or #marks > 0 then
  for _, chunk in ipairs(chunks) do
    for _, entry in ipairs(chunk[2]) do
      ids[#ids + 1] = id_of(chunk[1], entry)
    end
  end
end
local cancelled = {}
for _, set in ipairs(marks) do
  for from = 1, #ids, 1000 do
    for i, is_member in ipairs(redis.call('SMISMEMBER', base .. set, unpack(ids, from, math.min(#ids, from + 999)))) do
      local id = ids[from + i - 1]
      if is_member == 1 then
        cancelled[#cancelled + 1] = id
        if set == 'cancelled' then
          redis.call('SMOVE', base .. 'cancelled', base .. 'cancelling', id)
        end
      end
    end
  end
end
if watched then
  announce(ids)
end
if left <= 0 and fence > 0 then
  wake() -- there may be more than this worker can take
end
return {now_ms, wait_ms, chunks, cancelled, missing, fence, dropped}
