#!lua flags=no-writes
-- place_in_line: how many jobs of its level are handed out before one that waits in line. Jobs cancelled in line count,
-- as they are handed out to be ended.
-- KEYS  1 base
-- ARGV  1 job id  2 level  3 entry id, '' for a job that began in the schedule  4 count at most so many; those behind
--      are estimated
-- Returns {} when it does not wait in line, else {how many, 1 if that is an estimate}. Cost: at most 9 commands, and 1
-- for each 16 counted; they are counted no further once they are a MiB together.
local base = KEYS[1]
--@include documents
--@include group
--@include affordable
local id, most = ARGV[1], tonumber(ARGV[4])

local level, entry = entry_of(id, ARGV[2], ARGV[3])
local stream = base .. 'ready:' .. level
if entry == '' or not entry_at(stream, entry) or redis.call('SISMEMBER', base .. 'cancelled', id) == 1 then
  return {}
end
local pending = redis.pcall('XPENDING', stream, 'workers', entry, entry, 1)
if not pending.err and pending[1] then
  if pending[1][2] ~= 'released' then
    return {}
  end
  local before = #redis.call('XPENDING', stream, 'workers', '-', '(' .. entry, most, 'released')
  return {before, before == most and 1 or 0}
end

local group = group_of(stream)
local delivered, held, ahead = '0-0', 0, 0
if group then
  delivered, held = group['last-delivered-id'], group['pending']
  for _, consumer in ipairs(held > 0 and redis.call('XPENDING', stream, 'workers')[4] or {}) do
    if consumer[1] == 'released' then
      ahead = tonumber(consumer[2])
    end
  end
end

local counted, from, ask = 0, delivered, affordable(most)
while ask > 0 do
  local page = redis.call('XRANGE', stream, '(' .. from, '(' .. entry, 'COUNT', ask)
  counted = counted + #page
  if #page < ask then
    return {ahead + counted, 0}
  end
  from = page[#page][1]
  spend(page)
  ask = affordable(most - counted)
end

-- The rest by the times of the entries, as if they had come in evenly; by their numbers where all have one time, as ids
-- do after a clock was ahead.
local function part(of, which)
  local ms, number = string.match(of, '^(%d+)-(%d+)')
  return tonumber(which == 1 and ms or number)
end
local rest = redis.call('XLEN', stream) - held - counted
local newest = named_values(redis.call('XINFO', 'STREAM', stream))['last-generated-id']
local which = part(newest, 1) > part(from, 1) and 1 or 2
local span = part(newest, which) - part(from, which)
local share = span > 0 and math.min(1, (part(entry, which) - part(from, which)) / span) or 1
return {ahead + counted + math.floor(math.max(0, rest - 1) * share), 1}
