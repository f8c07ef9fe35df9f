#!lua flags=allow-oom
-- watch: ask that starts and ends are announced for a while; what else becomes of jobs is always announced.
-- KEYS  1 base
-- ARGV  1 for how long, ms
-- Returns OK. Cost: 2 commands.
local base = KEYS[1]
--@include clock

read_clock()
local until_ms = string.format('%.0f', now_ms + tonumber(ARGV[1]))
if redis.call('EXISTS', base .. 'settings') == 1 then
  redis.call('HSET', base .. 'settings', 'watched_until_ms', until_ms)
else -- who creates it finds this
  redis.call('SET', base .. 'watched', until_ms, 'PX', ARGV[1])
end
return 'OK'
