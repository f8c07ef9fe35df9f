#!lua
-- report: store what running handlers say, if their leases stand.
-- KEYS  1 base
-- ARGV  1 worker  2 level  3 entry  4 deliveries  5 job id  6 progress as '<attempt> <fraction> <message>' or ''
--       7 fencing token  8 how many lines were reported under this lease before  9.. log lines
-- Returns RECORDED or LEASE_LOST. A report that is repeated stores no line twice; lines that never came have their
-- numbers. Cost: 4 commands and 1 per line; with lines 7 more, 2 more where some never came, and 6 for each log that
-- goes, as those of the queue are too much together.
local base = KEYS[1]
--@include events
--@include logs
--@include leases

local DAY_S = 86400
-- The end of the job takes the log along; this bounds what is left of a job that Redis lost.
local LOG_S = 31 * DAY_S
local MAX_LINES = 1000
local MAX_LOGS_BYTES = 67108864 -- 64 MiB, of all logs of the queue
local LINE_BYTES = 32 -- what a line takes besides its own
local id = ARGV[5]
local worker, level, entry, deliveries = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local holding = leases_of(base .. 'ready:' .. level, worker, {entry})[entry]
if not holding or holding[4] ~= deliveries then
  return 'LEASE_LOST'
end
if ARGV[6] ~= '' then
  redis.call('SET', base .. 'progress:' .. id, ARGV[6], 'EX', DAY_S)
end

-- Entry 0-n of the log is line n-1: the number of a line is its address. The last of each report says under which lease
-- it came, and how many had come under it by then.
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

-- The address of the next line when so many before it never came, as its worker had no room for them. Where the log was
-- emptied, nobody knows how many came.
local function address_behind(missing)
  local last = 0
  local stream = redis.pcall('XINFO', 'STREAM', log)
  for i = 1, #stream, 2 do
    if stream[i] == 'last-generated-id' then
      last = tonumber(string.match(stream[i + 1], '^0%-(%d+)$')) or 0
    end
  end
  if last > 0 and redis.call('XLEN', log) == 0 then
    return '0-*'
  end
  return '0-' .. string.format('%.0f', last + missing + 1)
end

-- Notes that the log has so many more lines, of so many bytes, and makes room for them: logs of jobs that have ended go
-- first, the longest ago first.
local function weigh(lines, bytes)
  local old = redis.call('HGET', base .. 'log_bytes', id)
  local size = whole(old, 0) + bytes
  local length = redis.call('XLEN', log)
  if length == MAX_LINES then -- as many lines as came may have gone
    size = math.floor(size * MAX_LINES / (MAX_LINES + lines))
  end
  redis.call('HSET', base .. 'log_bytes', id, string.format('%.0f', size))
  if not old then
    redis.call('ZADD', base .. 'logs', 0, id)
    count_up(base .. 'kept', 'logs', 1)
  end
  local total = count_up(base .. 'kept', 'log_bytes', string.format('%.0f', size - whole(old, 0)))
  for _ = 1, 20 do
    if total <= MAX_LOGS_BYTES then return end
    local ended = redis.call('ZRANGEBYSCORE', base .. 'logs', '(0', '+inf', 'LIMIT', 0, 1)
    drop_logs(ended[1] and ended or redis.call('ZRANGE', base .. 'logs', 0, 0), nil, not ended[1])
    total = whole(redis.call('HGET', base .. 'kept', 'log_bytes'), 0)
  end
end

-- What expired by itself is taken off the count: of each report's jobs one is looked for, so that all are in the end.
local function sweep()
  local any = redis.call('ZRANDMEMBER', base .. 'logs')
  if any and redis.call('EXISTS', base .. 'log:' .. any) == 0 then
    drop_logs({any})
  end
end

if #ARGV >= 9 then
  local before, known = tonumber(ARGV[8]), stored()
  local lines, bytes = 0, 0
  local address = before > known and address_behind(before - known) or '0-*'
  for i = 9 + math.max(0, known - before), #ARGV do
    lines, bytes = lines + 1, bytes + #ARGV[i] + LINE_BYTES
    if i < #ARGV then
      redis.call('XADD', log, 'MAXLEN', MAX_LINES, address, 'line', ARGV[i])
    else
      local mark = lease .. string.format('%.0f', before + #ARGV - 8)
      redis.call('XADD', log, 'MAXLEN', MAX_LINES, address, 'line', ARGV[i], 'of', mark)
    end
    address = '0-*'
  end
  redis.call('EXPIRE', log, LOG_S)
  if lines > 0 then
    weigh(lines, bytes)
    sweep()
  end
end
announce({id})
return 'RECORDED'
