-- A claim of which something is not plain: see claim.lua, which this goes on.
--@include ids
--@include awaited
--@include events
--@include marked
--@include due
--@include hand_out

local watched = soon(settings[2], AWAITED_MS)

-- Check first: a key of a wrong type fails the call before anything has changed hands.
local some_marked = false
if some_aside then
  for i = LEVELS, #ARGV do
    redis.call('HLEN', base .. 'running:' .. ARGV[i])
  end
  some_marked = redis.call('SCARD', base .. 'cancelled') + redis.call('SCARD', base .. 'cancelling') > 0
end
if not usual_ms then
  usual_ms = lease_ms
  redis.call('HSET', base .. 'leases', worker, lease_ms)
end

local MAX_WAIT_MS = 31536000000 -- a score can be infinite
local wait_ms = ''
if some_aside then
  local next_due_ms = next_due()
  if next_due_ms and next_due_ms <= now_ms and ARGV[4] == '1' then
    return {now_ms, 'DUE', {}, 0}
  elseif next_due_ms then
    wait_ms = string.format('%.0f', math.min(MAX_WAIT_MS, math.max(0, next_due_ms - now_ms)))
  end
end

local chunks, missing = {}, 0

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

local left = (settings[1] ~= '1' or ARGV[5] == '1') and most or 0
local fence = 0 -- the fencing token of what this call leases; each later one of the queue is greater

local function give_token()
  if fence == 0 then
    fence = next_token(now_ms)
  end
end

for i = LEVELS, some_aside and #ARGV or 0 do
  local level = ARGV[i]
  local entries, deliveries, lost = released(level, worker, left)
  if not entries then
    refused(level)
  elseif #entries > 0 then
    give_token()
    note_leases(level, entries, worker, lease_ms, fence, deliveries, lost)
    left = left - #entries
    chunks[#chunks + 1] = {level, entries, deliveries, lost}
  end
end
local here = usual_ms == lease_ms and tonumber(ARGV[6]) or left
local rest = {}
for i = LEVELS, #ARGV do
  if left > 0 and #rest == 0 then
    local level = ARGV[i]
    local most_here = math.min(left, here)
    local reply = redis.pcall('XREADGROUP', 'GROUP', 'workers', worker, 'COUNT', most_here,
      'STREAMS', base .. 'ready:' .. level, '>')
    if reply and reply.err then
      refused(level)
    elseif reply then
      local entries = reply[1][2]
      give_token()
      left = left - #entries
      chunks[#chunks + 1] = {level, entries}
      if usual_ms ~= lease_ms then
        note_leases(level, entries, worker, lease_ms, fence, {}, {})
      end
      if left > 0 and #entries == most_here then
        rest = {level, left}
      end
    end
  end
end
if #chunks == 0 then
  return {now_ms, wait_ms, {}, 0, {}, missing}
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
return {now_ms, wait_ms, chunks, fence, rest, missing, cancelled, watched and 1 or 0}
