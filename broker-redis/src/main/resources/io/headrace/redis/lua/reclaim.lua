#!lua flags=allow-oom
-- reclaim: lease to a worker the jobs of a queue whose holders stayed silent longer than the lease they had asked for.
-- KEYS  1 base
-- ARGV  1 worker  2 at most  3 lease ms  4 look at most at, a level  5 the shortest lease there can be, ms  6 how often
--       a job is delivered at most  7 '1' if one job on its last delivery may be among them
--       then per level: level, cursor: look behind this entry id, '-' from the start
-- Returns {now ms or 0 when nothing was found, chunks, cancelled ids, fencing token}, a chunk being {level, entries,
-- deliveries, records of the lost deliveries, {}, next cursor}.
-- Cost: 1 command, and where there are entries 1 per level, which walks the pending ones from the cursor on; where one
-- is idle 2 more and 1 per level, 10 more for a level that yields jobs, and what marked jobs take.
local base = KEYS[1]
--@include ids
--@include events
--@include tally
--@include token
--@include holder
--@include marked

local worker, left, lease_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local last_delivery = tonumber(ARGV[6])
local last_chances = tonumber(ARGV[7])
local LEVELS = 8
local fence = 0 -- the fencing token of what this call leases
local ids = {}

-- An idle queue has no entries at all, which one command tells of all levels.
local words, nothing = {'COUNT', 1, 'STREAMS'}, {}
for i = LEVELS, #ARGV, 2 do
  words[#words + 1] = base .. 'ready:' .. ARGV[i]
  nothing[#nothing + 1] = {ARGV[i], {}, {}, {}, {}, '-'}
end
for _ = 1, #nothing do
  words[#words + 1] = '0'
end
if not redis.call('XREAD', unpack(words)) then
  return {0, nothing, {}, 0}
end

-- The pending entries of each level that were not renewed for the shortest lease; mostly there are none.
local pages, any = {}, false
for i = LEVELS, #ARGV, 2 do
  local level, from = ARGV[i], ARGV[i + 1]
  local stream = base .. 'ready:' .. level
  local behind = from == '-' and '-' or '(' .. from
  local page = redis.pcall('XPENDING', stream, 'workers', 'IDLE', ARGV[5], behind, '+', ARGV[4])
  if page.err then
    redis.call('XLEN', stream) -- fails when it is no stream
    page = {}
  end
  pages[level] = page
  any = any or #page > 0
end

-- Check first: a key of a wrong type fails the call before anything has changed hands.
if any then
  for i = LEVELS, #ARGV, 2 do
    redis.call('HLEN', base .. 'running:' .. ARGV[i])
  end
  redis.call('SCARD', base .. 'cancelled')
  redis.call('SCARD', base .. 'cancelling')
end

-- Which of these pending entries have fallen silent, as many as may be taken, and where to look next.
local function silent(page, records)
  local cursor = #page == tonumber(ARGV[4]) and page[#page][1] or '-'
  local asked, position = {}, {}
  for i, pending in ipairs(page) do
    if #asked == left then
      return asked, position, page[i - 1][1]
    end
    local _, known_ms = lease_in(records[i] or '')
    known_ms = known_ms or lease_of(pending[2])
    local own_ms = known_ms > 0 and known_ms or lease_ms
    local last = pending[4] + 1 == last_delivery
    if pending[2] ~= 'released' and pending[3] >= own_ms and not (last and last_chances == 0) then
      last_chances = last_chances - (last and 1 or 0)
      asked[#asked + 1] = pending[1]
      position[pending[1]] = i
    end
  end
  return asked, position, cursor
end

local function take_over(level, from)
  if left == 0 then
    return {level, {}, {}, {}, {}, from}
  end
  local stream = base .. 'ready:' .. level
  local page = pages[level]
  if #page == 0 then
    return {level, {}, {}, {}, {}, '-'}
  end
  local fields = {}
  for i, pending in ipairs(page) do
    fields[i] = pending[1]
  end
  local records = redis.call('HMGET', base .. 'running:' .. level, unpack(fields))
  local asked, position, cursor = silent(page, records)
  local chunk = {level, {}, {}, {}, {}, cursor}
  if #asked == 0 then
    return chunk
  end
  if not now_ms then -- mostly there is no silent worker
    fence = next_token(read_clock())
  end
  local running = {}
  for n, entry in ipairs(redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(asked))) do
    local i = position[entry[1]]
    local deliveries, history = page[i][4] + 1, holder(records[i], page[i], now_ms)
    chunk[2][n], chunk[3][n], chunk[4][n] = entry, deliveries, history
    running[2 * n - 1] = entry[1]
    running[2 * n] = lease_record(worker, deliveries, now_ms, lease_ms, fence, ';' .. history)
    ids[#ids + 1] = id_of(level, entry)
  end
  if #running > 0 then
    redis.call('HSET', base .. 'running:' .. level, unpack(running))
    left = left - #running / 2
  end
  return chunk
end

local chunks = {}
for i = LEVELS, #ARGV, 2 do
  chunks[#chunks + 1] = take_over(ARGV[i], ARGV[i + 1])
end
local cancelled = {}
if #ids > 0 then
  tally('lost', #ids)
  announce(ids)
  cancelled = marked(ids)
end
return {now_ms or 0, chunks, cancelled, fence}
