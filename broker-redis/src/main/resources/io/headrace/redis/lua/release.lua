#!lua flags=allow-oom
-- release: hand jobs back at once: each keeps its place in line, and this delivery is not counted.
-- KEYS and ARGV: see shared/settle.lua; the document is not stored
-- Returns the positions refused, from 1. Cost: 4 commands and 2 per job, of which a stopping worker has few.
local base = KEYS[1]
--@include events
--@include wake
--@include unique
--@include fence
--@include settle

for n, job in ipairs(held) do
  local field = held_fields[n]
  local newest, older = string.match(redis.call('HGET', base .. 'running', field), '^([^;]*);?(.*)$')
  local deliveries = tonumber(string.match(newest, '^[^,]*,(%d+),'))
  redis.call('XCLAIM', base .. 'ready:' .. job.level, 'workers', 'released', 0, job.entry, 'RETRYCOUNT', deliveries - 1, 'JUSTID')
  if older == '' then
    redis.call('HDEL', base .. 'running', field)
  else
    redis.call('HSET', base .. 'running', field, ';' .. older) -- the lost deliveries stay on record, and nobody holds the lease
  end
  if redis.call('SMOVE', base .. 'cancelling', base .. 'cancelled', job.id) == 1 then
    unlock({base .. 'unique:' .. job.unique, job.id})
  end
end
if #held > 0 then
  wake()
  announce(held_ids)
end
return stale(function(job)
  -- repeated after its answer got lost: the entry already waits among the released
  local pending = redis.call('XPENDING', base .. 'ready:' .. job.level, 'workers', job.entry, job.entry, 1, 'released')
  return #pending == 1 and job.document or nil
end)
