--@include numbers
--@include clock

-- Counts ends of jobs: for ever in totals, and by minute for the history that dashboards draw without Prometheus.
local function tally(name, n)
  if n > 0 then
    local minute = base .. string.format('stats:%d', now_ms / 60000)
    count_up(base .. 'totals', name, n)
    if count_up(minute, name, n) == n then
      redis.call('EXPIRE', minute, 90000) -- 25 hours: a day of history and a margin
    end
  end
end
