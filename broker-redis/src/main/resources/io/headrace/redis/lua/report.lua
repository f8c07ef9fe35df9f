#!lua
-- report: store what running handlers say, if their leases stand.
-- KEYS  1 base
-- ARGV  1 worker  2 level  3 entry  4 deliveries  5 job id  6 progress as '<attempt> <fraction> <message>' or ''  7.. log lines
-- Returns RECORDED or LEASE_LOST. Cost: 3 commands and 1 per line.
local base = KEYS[1]
--@include events
--@include fence

local DAY_S = 86400
local id = ARGV[5]
if not holds(redis.call('HGET', base .. 'running:' .. ARGV[2], ARGV[3]), token(ARGV[1], ARGV[4])) then
  return 'LEASE_LOST'
end
if ARGV[6] ~= '' then
  redis.call('SET', base .. 'progress:' .. id, ARGV[6], 'EX', DAY_S)
end
local log = base .. 'log:' .. id
for i = 7, #ARGV do
  redis.call('XADD', log, 'MAXLEN', 1000, '0-*', 'line', ARGV[i]) -- entry 0-n is line n-1: the number of a line is its address
end
if #ARGV >= 7 then
  redis.call('EXPIRE', log, DAY_S)
end
announce({id})
return 'RECORDED'
