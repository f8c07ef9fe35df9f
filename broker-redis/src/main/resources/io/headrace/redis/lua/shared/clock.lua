-- The one clock of every shared decision: Redis's, in epoch milliseconds, as it was read last.
local now_ms

local function read_clock()
  local time = redis.call('TIME')
  now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
  return now_ms
end
