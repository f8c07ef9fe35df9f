#!lua
-- create: make a queue exist: its streams, their group, and the time of its creation.
-- KEYS  1 base
-- Returns OK, or DELETING while it is being deleted: then nothing was created. Idempotent; cost: 7 commands.
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
  -- Who looked at it before it was there is not on record yet, see watch.lua.
  redis.call('HSET', base .. 'settings', 'watched_until_ms', string.format('%.0f', now_ms + 10000))
end
return 'OK'
