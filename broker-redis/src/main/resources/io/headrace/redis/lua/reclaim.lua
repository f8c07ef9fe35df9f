#!lua flags=allow-oom
-- reclaim: lease to a worker the jobs of one level whose holders stayed silent longer than the lease they had asked for.
-- KEYS  1 base
-- ARGV  1 queue  2 worker  3 at most  4 lease ms  5 level  6 cursor: look behind this entry id, '-' from the start  7 look at most at
--       8 the shortest lease there can be, ms
-- Returns {now ms, next cursor, entries, deliveries, running values of the lost deliveries, cancelled ids}. Cost: 5 commands, the first of which walks
-- the pending entries from the cursor on.
local base = KEYS[1]
--@include clock
--@include events
--@include tally

local queue, worker, most, lease_ms, level = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local stream = base .. 'ready:' .. level
local from = ARGV[6] == '-' and '-' or '(' .. ARGV[6]
local page = redis.pcall('XPENDING', stream, 'workers', 'IDLE', ARGV[8], from, '+', ARGV[7])
if page.err or #page == 0 then
  return {now_ms, '-', {}, {}, {}, {}}
end

local fields = {}
for i, pending in ipairs(page) do
  fields[i] = pending[1]
end
local values = redis.call('HMGET', base .. 'running:' .. level, unpack(fields))

local cursor = #page == tonumber(ARGV[7]) and page[#page][1] or '-'
local entry_ids, of = {}, {}
for i, pending in ipairs(page) do
  if #entry_ids == most then
    cursor = page[i - 1][1]
    break
  end
  local asked_ms = values[i] and tonumber(string.match(values[i], '^[^,]*,%d+,%d+,(%d+)')) or lease_ms
  if pending[2] ~= 'released' and pending[3] >= asked_ms then
    entry_ids[#entry_ids + 1] = pending[1]
    of[pending[1]] = i
  end
end
if #entry_ids == 0 then
  return {now_ms, cursor, {}, {}, {}, {}}
end

local entries = redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(entry_ids))
local deliveries, histories, running, ids = {}, {}, {}, {}
for n, entry in ipairs(entries) do
  local i = of[entry[1]]
  deliveries[n] = page[i][4] + 1
  histories[n] = values[i] or ''
  running[#running + 1] = fields[i]
  running[#running + 1] = string.format('%s,%d,%.0f,%.0f;%s', worker, deliveries[n], now_ms, lease_ms, histories[n])
  local content = entry[2]
  ids[n] = content[1] == 'id' and content[2] or (queue .. '_' .. level .. entry[1])
end
if #running == 0 then
  return {now_ms, cursor, {}, {}, {}, {}}
end
redis.call('HSET', base .. 'running:' .. level, unpack(running))
tally('lost', #entries)
local cancelled = {}
if redis.call('EXISTS', base .. 'cancelling') == 1 then
  for i, is_member in ipairs(redis.call('SMISMEMBER', base .. 'cancelling', unpack(ids))) do
    if is_member == 1 then
      cancelled[#cancelled + 1] = ids[i]
    end
  end
end
announce(ids)
return {now_ms, cursor, entries, deliveries, histories, cancelled}
