#!lua flags=no-writes
-- ready_queues: which queues have something to claim: jobs in line, handed back, or at rest and due by now.
-- KEYS  the bases of the queues
-- Returns their positions, from 1; those whose keys have a wrong type are among them, as a claim says which. A paused
-- queue is not. Cost: 2 commands for any number of queues while nothing waits, runs or rests in any; 3 per level that
-- has entries; where something rests 1 per queue, and 4 for one that has such.
--@include clock
--@include group

local LEVELS, INDEXES = {'h', 'n', 'l'}, {'scheduled', 'retrying', 'parked'}
local ready = {}
local due_ms

local function streams_from(first, last)
  local words = {'COUNT', 1, 'STREAMS'}
  for n = first, last do
    for _, level in ipairs(LEVELS) do
      words[#words + 1] = KEYS[n] .. 'ready:' .. level
    end
  end
  for _ = 1, 3 * (last - first + 1) do
    words[#words + 1] = '0'
  end
  return redis.pcall('XREAD', unpack(words))
end

-- Whether a stream with entries has one that nobody holds.
local function waits(stream)
  local group = group_of(stream)
  if not group then
    return true
  end
  return #redis.call('XRANGE', stream, '(' .. group['last-delivered-id'], '+', 'COUNT', 1) > 0
    or group['pending'] > 0 and #redis.call('XPENDING', stream, 'workers', '-', '+', 1, 'released') > 0
end

local function is_due(base)
  if not due_ms then
    due_ms = string.format('%.0f', read_clock())
  end
  for _, zset in ipairs(INDEXES) do
    if redis.pcall('ZCOUNT', base .. zset, '-inf', due_ms) ~= 0 then
      return true
    end
  end
  return false
end

local at = {} -- the position of the queue of each stream
local function see(streams)
  for _, found in ipairs(streams or {}) do
    local n = at[found[1]]
    ready[n] = ready[n] or waits(found[1])
  end
end

local at_rest = {}
for n, base in ipairs(KEYS) do
  for i, level in ipairs(LEVELS) do
    at[base .. 'ready:' .. level] = n
    at_rest[#at_rest + 1] = base .. INDEXES[i]
  end
end
local streams = streams_from(1, #KEYS)
if streams and streams.err then
  for n = 1, #KEYS do
    local own = streams_from(n, n)
    if own and own.err then
      ready[n] = true
    else
      see(own)
    end
  end
else
  see(streams)
end
if redis.call('EXISTS', unpack(at_rest)) > 0 then
  for n, base in ipairs(KEYS) do
    if not ready[n] and redis.call('EXISTS', unpack(at_rest, 3 * n - 2, 3 * n)) > 0 then
      ready[n] = is_due(base)
    end
  end
end

local positions = {}
for n, base in ipairs(KEYS) do
  if ready[n] and redis.pcall('HGET', base .. 'settings', 'paused') ~= '1' then
    positions[#positions + 1] = n
  end
end
return positions
