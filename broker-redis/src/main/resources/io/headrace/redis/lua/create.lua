#!lua
-- create: make a queue exist: its streams, their group, and the time of its creation.
-- KEYS  1 base
-- Returns OK, or DELETING while it is being deleted: then nothing was created. Idempotent; cost: 7 commands, 2 more
-- where somebody looks at it already.
local base = KEYS[1]
--@include clock

read_clock()

if redis.call('EXISTS', base .. 'deleting') == 1 then
  return 'DELETING'
end

for _, level in ipairs({'h', 'n', 'l'}) do
  -- BUSYGROUP: it is there already
  redis.pcall('XGROUP', 'CREATE', base .. 'ready:' .. level, 'workers', '0', 'MKSTREAM')
end
if redis.call('HSETNX', base .. 'settings', 'created_ms', now_ms) == 1 then
  local until_ms = redis.call('GET', base .. 'watched') -- see watch.lua
  if until_ms then
    redis.call('HSET', base .. 'settings', 'watched_until_ms', until_ms)
    redis.call('DEL', base .. 'watched')
  end
end
return 'OK'
