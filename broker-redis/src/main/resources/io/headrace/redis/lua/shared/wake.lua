-- Wakes one idle worker. More than a few tokens are never needed: a woken worker that finds more than it can take wakes the next.
local function wake()
  if redis.call('LLEN', base .. 'wake') < 4 then
    redis.call('LPUSH', base .. 'wake', '1')
  end
end
