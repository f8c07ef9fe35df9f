--@include soon

-- The queue's retention in ms, its limit of kept documents, whether somebody looks at it, and whether somebody waits
-- for one of its jobs; of the former two, where something else than a number in bounds is set, the default.
local function bounded(text, most, fallback)
  local n = whole(text, fallback)
  return n >= 0 and n <= most and n or fallback
end

local function retention()
  local set = redis.call('HMGET', base .. 'settings', 'retention_ms', 'max_kept', 'watched_until_ms',
    'awaited_until_ms')
  return bounded(set[1], 31536000000, 86400000), bounded(set[2], 10000000, 100000), soon(set[3], AWAITED_MS),
    soon(set[4], AWAITED_MS)
end
