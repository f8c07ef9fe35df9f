-- The lease of a job is its entry in the group's pending list; the hash 'running' says who holds it:
--   <level><entry id> -> <worker>,<deliveries>,<start ms>,<lease ms>;<the same of a lost delivery>;...
-- newest first. A write counts only if the newest holder is the writer, in the same delivery.

local function holds(value, worker, deliveries)
  local token = worker .. ',' .. deliveries .. ','
  return value and string.sub(value, 1, #token) == token
end

-- Takes entries out of their streams for good, with their leases. by_level: level -> list of entry ids.
local function withdraw(by_level, fields)
  for level, entries in pairs(by_level) do
    local stream = base .. 'ready:' .. level
    redis.call('XACK', stream, 'workers', unpack(entries))
    redis.call('XDEL', stream, unpack(entries))
  end
  redis.call('HDEL', base .. 'running', unpack(fields))
end

-- Drops the cancellation marks of jobs that have ended or started anew.
local function unmark(ids)
  if redis.call('EXISTS', base .. 'cancelling') == 1 then
    redis.call('SREM', base .. 'cancelling', unpack(ids))
  end
end
