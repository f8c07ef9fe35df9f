#!lua flags=allow-oom
-- claim: lease jobs of one queue to a worker, after publishing those that fell due.
-- KEYS  1 base
-- ARGV  1 queue  2 worker  3 at most  4 lease ms  5 publish at most, a kind  6 '1' to claim from a  paused queue, too
--       7 '', or a fencing token: the worker may have claimed with a greater one and not been told  8 how many entries
--       of a level are read here at most  then per level, in the order in which they are asked: level, the newest entry
--       the worker was told of with argument 7, or ''
-- Returns {now ms, ms until the next job falls due or '', chunks, cancelled ids, missing, fencing token, dropped, rest,
-- watched}, a chunk being {level, entries, deliveries, lost deliveries, fencing tokens}: what the worker was not told
-- of first, then released jobs; the last three are empty lists in a chunk of first deliveries, and the tokens also in
-- one of released jobs: they have that of the answer. missing is 1 when a level has no group yet; dropped are members
-- of indexes that are no job ids, each '<index> <member>'. rest is {} or {level, how many}: there may be more for this
-- worker than is worth carrying through a script, which costs thrice what reading directly does; the caller reads so
-- many entries of that level with XREADGROUP. watched is 1 when somebody looks at this queue, who is then told of
-- those, too. Cost: 4 commands and 1 per level, and 2 when it leases something; where something is set aside 6 more and
-- 2 per level, and for jobs that fell due 5 and 1 per job; with argument 7 also 2 per level that walk what the worker
-- holds, and 1 per job that it was not told of.
local base = KEYS[1]
--@include numbers
--@include ids
--@include clock
--@include awaited
--@include events
--@include wake
--@include publish
--@include fencing
--@include marked
--@include order

local worker, most, lease_ms = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local settings = redis.call('HMGET', base .. 'settings', 'paused', 'watched_until_ms')
local watched = soon(settings[2], AWAITED_MS)

-- Whether anything is set aside: due later, to be cancelled, or on record as renewed, handed back or delivered again.
-- Mostly nothing is.
local LEVELS = 9
local INDEXES = {'scheduled', 'retrying', 'parked'}
local rare = {base .. 'cancelled', base .. 'cancelling'}
for _, zset in ipairs(INDEXES) do
  rare[#rare + 1] = base .. zset
end
for i = LEVELS, #ARGV, 2 do
  rare[#rare + 1] = base .. 'running:' .. ARGV[i]
end
local some_aside = redis.call('EXISTS', unpack(rare)) > 0

-- Check first: a key of a wrong type fails the call before anything has changed hands.
local some_marked = false
if some_aside then
  for i = LEVELS, #ARGV, 2 do
    redis.call('HLEN', base .. 'running:' .. ARGV[i])
  end
  some_marked = redis.call('SCARD', base .. 'cancelled') + redis.call('SCARD', base .. 'cancelling') > 0
end
local usual_ms = redis.call('HGET', base .. 'leases', worker)
if not usual_ms then
  usual_ms = lease_ms
  redis.call('HSET', base .. 'leases', worker, lease_ms)
end

local MAX_WAIT_MS = 31536000000 -- a score can be infinite
local next_due_ms, dropped = nil, {}
for _, zset in ipairs(some_aside and INDEXES or {}) do
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
-- What the worker holds of a level and was not told of: first deliveries behind the newest entry it knows, others under
-- a greater token.
local function untold(level, newest, told)
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
    for n, record in ipairs(redis.call('HMGET', base .. 'running:' .. level, unpack(entries))) do
      local holder, token, older = string.match(record or '', '^([^,;]*),%d+,%d+,%d+,(%d+)(.*)$')
      local known = record and not (holder == worker and tonumber(token) > tonumber(told))
        or not record and newest ~= '' and not behind(entries[n], newest)
      local entry = not known and redis.call('XRANGE', stream, entries[n], entries[n])[1]
      if entry then
        local at = #chunk[2] + 1
        chunk[2][at], chunk[3][at], chunk[4][at], chunk[5][at] = entry, mine[from + n - 1][4], older or '', tonumber(token) or 0
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

-- What a failed look at a level says: it has no group yet; or its key is no stream, which fails the call unless it has
-- leased something from another level.
local function refused(level)
  local stream = base .. 'ready:' .. level
  if #chunks == 0 then
    redis.call('XLEN', stream)
    missing = 1
  elseif type(redis.pcall('XLEN', stream)) == 'number' then
    missing = 1
  end
end

local left = most
local fence = 0 -- the fencing token of what this call leases; each later one of the queue is greater

local function give_token()
  if fence == 0 then
    fence = next_token(now_ms)
  end
end

-- What an earlier call leased whose answer got lost: the worker holds it without knowing. Nobody ran it, so a new token
-- will do where none is on record.
for i = LEVELS, ARGV[7] ~= '' and #ARGV or 0, 2 do
  local chunk = untold(ARGV[i], ARGV[i + 1], ARGV[7])
  if #chunk[2] > 0 then
    give_token()
    for n, token in ipairs(chunk[5]) do
      chunk[5][n] = token > 0 and token or fence
    end
    chunks[#chunks + 1] = chunk
    left = left - #chunk[2]
  end
end
if settings[1] == '1' and ARGV[6] ~= '1' then
  left = 0
end

-- Notes who holds these entries. Of first deliveries only what the pending list and the worker's usual lease do not
-- tell.
local function note(level, entries, deliveries, histories)
  local running = {}
  for n, entry in ipairs(entries) do
    running[2 * n - 1] = entry[1]
    running[2 * n] = string.format('%s,%d,%.0f,%s,%.0f%s', worker, deliveries[n] or 1, now_ms, lease_ms, fence, histories[n] or '')
  end
  redis.call('HSET', base .. 'running:' .. level, unpack(running))
end

-- Jobs that a stopping worker handed back wait in the group under a consumer of their own, on record as held by nobody,
-- and keep their place in line.
local function take_released(level)
  local stream = base .. 'ready:' .. level
  local waiting = redis.pcall('XPENDING', stream, 'workers', '-', '+', left, 'released')
  if waiting.err then
    refused(level)
    return
  end
  if #waiting == 0 then return end
  local asked = {}
  for n, pending in ipairs(waiting) do
    asked[n] = pending[1]
  end
  local records = redis.call('HMGET', base .. 'running:' .. level, unpack(asked))
  local entries = redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(asked))
  if #entries == 0 then return end
  give_token()
  local deliveries, histories = {}, {}
  local at = 1
  for n, entry in ipairs(entries) do
    while asked[at] ~= entry[1] do at = at + 1 end
    deliveries[n] = waiting[at][4] + 1
    histories[n] = records[at] or '' -- what its lost deliveries left, after a ';'
  end
  note(level, entries, deliveries, histories)
  left = left - #entries
  chunks[#chunks + 1] = {level, entries, deliveries, histories, {}}
end

for i = LEVELS, some_aside and #ARGV or 0, 2 do
  if left > 0 then
    take_released(ARGV[i])
  end
end
local here = usual_ms == lease_ms and tonumber(ARGV[8]) or left
local rest = {}
for i = LEVELS, #ARGV, 2 do
  if left > 0 and #rest == 0 then
    local level = ARGV[i]
    local most_here = math.min(left, here)
    local reply = redis.pcall('XREADGROUP', 'GROUP', 'workers', worker, 'COUNT', most_here, 'STREAMS', base .. 'ready:' .. level, '>')
    if reply and reply.err then
      refused(level)
    elseif reply then
      local entries = reply[1][2]
      give_token()
      left = left - #entries
      chunks[#chunks + 1] = {level, entries, {}, {}, {}}
      if usual_ms ~= lease_ms then
        note(level, entries, {}, {})
      end
      if left > 0 and #entries == most_here then
        rest = {level, left}
      end
    end
  end
end
if #chunks == 0 then
  return {now_ms, wait_ms, {}, {}, missing, fence, dropped, rest, 0}
end

local cancelled = {}
if watched or some_marked then
  local ids = {}
  for _, chunk in ipairs(chunks) do
    for _, entry in ipairs(chunk[2]) do
      ids[#ids + 1] = id_of(chunk[1], entry)
    end
  end
  if some_marked then
    cancelled = marked(ids)
  end
  if watched then
    announce(ids)
  end
end
if fence > 0 and (left <= 0 or #rest > 0) then
  wake() -- there may be more than this worker can take
end
return {now_ms, wait_ms, chunks, cancelled, missing, fence, dropped, rest, watched and 1 or 0}
