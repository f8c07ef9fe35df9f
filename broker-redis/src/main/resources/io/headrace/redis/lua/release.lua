#!lua flags=allow-oom
-- release: hand jobs back at once: each keeps its place in line, and this delivery is not counted.
-- KEYS and ARGV: see shared/settle.lua; the document is not stored
-- Returns the positions refused, from 1. Cost: 4 commands and 4 per job, of which a stopping worker has few.
local base = KEYS[1]
--@include documents
--@include events
--@include wake
--@include unique
--@include fence
--@include settle

for n, i in ipairs(held) do
  local entry = entries[n]
  local older = string.match(redis.call('HGET', running, entry), '^[^;]*;?(.*)$')
  redis.call('XCLAIM', stream, 'workers', 'released', 0, entry, 'RETRYCOUNT', ARGV[i + 1] - 1, 'JUSTID')
  if older == '' then
    redis.call('HDEL', running, entry)
  else
    redis.call('HSET', running, entry, ';' .. older) -- the lost deliveries stay on record, and nobody holds the lease
  end
  if redis.call('SMOVE', base .. 'cancelling', base .. 'cancelled', ids[n]) == 1 and ARGV[i + 5] ~= '' then
    local _, _, unique = extras(i)
    unlock({base .. 'unique:' .. unique, ids[n]})
  end
end
if #held > 0 then
  wake()
  announce(ids)
end
return stale(function(i)
  -- repeated after its answer got lost: the entry already waits among the released
  local pending = redis.call('XPENDING', stream, 'workers', ARGV[i], ARGV[i], 1, 'released')
  return #pending == 1 and ARGV[i + 3] or nil
end)
