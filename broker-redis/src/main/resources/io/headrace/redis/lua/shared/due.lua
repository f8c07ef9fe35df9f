-- When the first job at rest falls due, epoch ms, nil when none will.
local function next_due()
  local next_ms
  for _, zset in ipairs({'scheduled', 'retrying', 'parked'}) do
    local first = redis.call('ZRANGE', base .. zset, 0, 0, 'WITHSCORES')
    if first[2] and (not next_ms or tonumber(first[2]) < next_ms) then
      next_ms = tonumber(first[2])
    end
  end
  return next_ms
end
