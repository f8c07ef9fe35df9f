-- Wakes one idle worker. More than a few tokens are never needed: a woken worker that finds more than it can take wakes
-- the next. A token is a hint, so one that cannot be left fails nothing.
local function wake()
  local tokens = redis.pcall('LLEN', base .. 'wake')
  if type(tokens) == 'number' and tokens < 4 then
    redis.call('LPUSH', base .. 'wake', '1')
  end
end
