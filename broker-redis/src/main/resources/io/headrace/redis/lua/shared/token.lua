--@include numbers

-- The fencing token of what a call leases: larger than any before it of this queue. It is at least the time, so that it
-- also grows where a crash or a failover has set the queue back.
local function next_token(now_ms)
  local newest = redis.pcall('GET', base .. 'fence')
  local token = math.max(whole(type(newest) == 'string' and newest, 0) + 1, now_ms)
  redis.call('SET', base .. 'fence', string.format('%.0f', token))
  return token
end
