#!lua flags=allow-oom
-- delete_queue: delete what a queue has one of each, unless there are jobs in it that are to stay; nobody can create it
-- anew for a while.
-- KEYS  1 base
-- ARGV  1 '1' to drop jobs that do not run  2 for how long nobody can create it, ms, then the names of the structures
--      behind the base
-- Returns {1 if it was deleted, else 0, queued, running, scheduled, retrying, parked, dead}. Cost: at most 20 commands,
-- independent of depth.
local base = KEYS[1]
--@include group

local queued, running = 0 - redis.call('SCARD', base .. 'cancelled'), 0
for _, level in ipairs({'h', 'n', 'l'}) do
  local stream = base .. 'ready:' .. level
  local group = group_of(stream)
  local held = group and group['pending'] or 0
  for _, consumer in ipairs(held > 0 and redis.call('XPENDING', stream, 'workers')[4] or {}) do
    if consumer[1] == 'released' then
      held = held - tonumber(consumer[2])
    end
  end
  queued = queued + redis.call('XLEN', stream) - held
  running = running + held
end
local answer = {0, math.max(0, queued), running}
local waiting = answer[2]
for _, zset in ipairs({'scheduled', 'retrying', 'parked', 'dead'}) do
  local count = redis.call('ZCARD', base .. zset)
  answer[#answer + 1] = count
  waiting = waiting + count
end
if running > 0 or (waiting > 0 and ARGV[1] ~= '1') then
  return answer
end
redis.call('SET', base .. 'deleting', '1', 'PX', ARGV[2])
for i = 3, #ARGV do
  redis.call('UNLINK', base .. ARGV[i])
end
answer[1] = 1
return answer
