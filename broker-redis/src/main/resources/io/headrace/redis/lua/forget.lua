#!lua flags=allow-oom
-- forget: drop a worker's consumers from the groups of a queue, unless they hold leases: dropping those would lose the
-- jobs.
-- KEYS  1 base
-- ARGV  1 worker
-- Returns how many pending entries it still holds. Cost: 1 command, and 2 per level.
local base = KEYS[1]
local held = 0
for _, level in ipairs({'h', 'n', 'l'}) do
  local stream = base .. 'ready:' .. level
  local pending = redis.pcall('XPENDING', stream, 'workers', '-', '+', 1, ARGV[1])
  if not pending.err then
    if #pending == 0 then
      redis.call('XGROUP', 'DELCONSUMER', stream, 'workers', ARGV[1])
    else
      held = held + 1
    end
  end
end
if held == 0 then
  redis.call('HDEL', base .. 'leases', ARGV[1])
end
return held
