--@include soon

-- Jobs whose end somebody waits for, by until when: what they end as stays on record for a while, whatever the
-- retention is. The setting 'awaited_until_ms' tells whether there are any, as who ends jobs reads the settings anyway.

-- For so long who waits can fetch the result.
local HELD_MS = 30000

-- Notes that somebody waits for this job, which is of a queue that is there.
local function await(id)
  local until_ms = string.format('%.0f', now_ms + AWAITED_MS)
  redis.call('ZREMRANGEBYSCORE', base .. 'awaited', '-inf', string.format('%.0f', now_ms))
  redis.call('ZADD', base .. 'awaited', until_ms, id)
  redis.call('PEXPIRE', base .. 'awaited', AWAITED_MS)
  redis.call('HSET', base .. 'settings', 'awaited_until_ms', until_ms)
end

-- Holds what is waited for of these jobs that have ended, unless it is held longer anyway. ids[n] ended as
-- document_at(n); own_ms_at(n) is its own retention, '' when it has none.
local function hold(ids, document_at, own_ms_at)
  for n, until_ms in ipairs(redis.call('ZMSCORE', base .. 'awaited', unpack(ids))) do
    local own_ms = until_ms and own_ms_at(n)
    if until_ms and (own_ms == '' or tonumber(own_ms) < HELD_MS) then
      redis.call('SET', base .. 'job:' .. ids[n], document_at(n), 'PX', HELD_MS)
    end
  end
end
