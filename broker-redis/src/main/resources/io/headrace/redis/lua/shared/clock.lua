-- The one clock of every shared decision: Redis's, in epoch milliseconds.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
