#!lua
-- report: store what running handlers say, if their leases stand.
-- KEYS  1 base
-- ARGV  1 worker  2 level  3 entry  4 deliveries  5 job id  6 progress as '<attempt> <fraction> <message>' or ''
--       7 fencing token  8 how many lines were reported under this lease before  9.. log lines
-- Returns RECORDED or LEASE_LOST. A report that is repeated stores no line twice. Cost: 4 commands and 1 per line.
local base = KEYS[1]
--@include events
--@include held

local DAY_S = 86400
local id = ARGV[5]
local worker, level, entry, deliveries = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local holding = leases_of(base .. 'ready:' .. level, worker, {entry})[entry]
if not holding or holding[4] ~= deliveries then
  return 'LEASE_LOST'
end
if ARGV[6] ~= '' then
  redis.call('SET', base .. 'progress:' .. id, ARGV[6], 'EX', DAY_S)
end

-- Entry 0-n of the log is line n-1: the number of a line is its address. The last of each report says under which lease it came,
-- and how many had come under it by then.
local log = base .. 'log:' .. id
local lease = ARGV[7] .. ','
local function stored()
  local newest = redis.pcall('XREVRANGE', log, '+', '-', 'COUNT', 1)
  if newest.err or (newest[1] and string.sub(newest[1][1], 1, 2) ~= '0-') then
    redis.call('DEL', log) -- somebody put something else there
    return 0
  end
  local mark = newest[1] and newest[1][2][4] or ''
  return string.sub(mark, 1, #lease) == lease and tonumber(string.sub(mark, #lease + 1)) or 0
end
if #ARGV >= 9 then
  local before = tonumber(ARGV[8])
  for i = 9 + math.max(0, stored() - before), #ARGV do
    if i < #ARGV then
      redis.call('XADD', log, 'MAXLEN', 1000, '0-*', 'line', ARGV[i])
    else
      redis.call('XADD', log, 'MAXLEN', 1000, '0-*', 'line', ARGV[i], 'of', lease .. string.format('%.0f', before + #ARGV - 8))
    end
  end
  redis.call('EXPIRE', log, DAY_S)
end
announce({id})
return 'RECORDED'
