--@include numbers
--@include group

-- How many jobs may wait in line, and whether they do.
local MOST_BACKLOG = 1000000000

-- The limit that is set; 0, which is none, where something else than a number in bounds is.
local function backlog_limit(text)
  local limit = whole(text, 0)
  return limit > 0 and limit <= MOST_BACKLOG and limit or 0
end

-- Whether so many jobs wait in line. What is quick to ask is asked first: entries are at least as many as jobs in line.
local function line_is_full(limit)
  local entries, held, levels = 0, 0, {'h', 'n', 'l'}
  for _, level in ipairs(levels) do
    entries = entries + redis.call('XLEN', base .. 'ready:' .. level)
  end
  if entries < limit then
    return false
  end
  for _, level in ipairs(levels) do
    local group = group_of(base .. 'ready:' .. level)
    held = held + (group and group['pending'] or 0)
  end
  local waiting = entries - held - redis.call('SCARD', base .. 'cancelled')
  if waiting >= limit or held == 0
    or redis.call('EXISTS', base .. 'running:h', base .. 'running:n', base .. 'running:l') == 0 then
    return waiting >= limit
  end
  for _, level in ipairs(levels) do -- jobs that were handed back are pending, and wait
    local pending = redis.pcall('XPENDING', base .. 'ready:' .. level, 'workers')
    for _, consumer in ipairs(not pending.err and pending[4] or {}) do
      if consumer[1] == 'released' then
        waiting = waiting + tonumber(consumer[2])
      end
    end
  end
  return waiting >= limit
end
