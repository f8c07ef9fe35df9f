#!lua
-- create: make a queue exist: its streams, their group, and the time of its creation.
-- KEYS  1 base
-- Returns OK. Idempotent; cost: 5 commands.
local base = KEYS[1]
--@include clock

for _, level in ipairs({'h', 'n', 'l'}) do
  redis.pcall('XGROUP', 'CREATE', base .. 'ready:' .. level, 'workers', '0', 'MKSTREAM') -- BUSYGROUP: it is there already
end
redis.call('HSETNX', base .. 'settings', 'created_ms', now_ms)
return 'OK'
