-- Where a job is. Nothing here writes.

local function holds_job(level, number, id)
  local entry = redis.call('XRANGE', base .. 'ready:' .. level, number, number)[1]
  if not entry then return false end
  local fields = entry[2]
  if fields[1] == 'id' then
    return fields[2] == id
  end
  return string.sub(id, 0 - #number - 2) == '_' .. level .. number
end

-- Level and number of the entry at an address, if it is an entry of this job; else nothing.
local function entry_named(address, id)
  local level, number = string.match(address or '', '^([hnl])(%d+%-%d+)$')
  if level and holds_job(level, number, id) then
    return level, number
  end
end

-- Level and number of the job's entry, nothing when it has none.
local function live_entry(id)
  local address = redis.pcall('GET', base .. 'entry:' .. id)
  local level, number = entry_named(type(address) == 'string' and address or nil, id)
  if level then
    return level, number
  end
  return entry_named(string.match(id, '_([hnl]%d+%-%d+)$'), id)
end

-- Of a pending entry: entry, consumer, idle ms, deliveries; else nil.
local function pending_of(level, number)
  local pending = redis.pcall('XPENDING', base .. 'ready:' .. level, 'workers', number, number, 1)
  return not pending.err and pending[1] or nil
end

-- Whether an entry waits in line rather than being leased.
local function waits(pending)
  return not pending or pending[2] == 'released'
end

-- The index in which the job rests, nil when it rests in none.
local function index_of(id)
  for _, zset in ipairs({'scheduled', 'retrying', 'parked', 'dead'}) do
    if redis.call('ZSCORE', base .. zset, id) then
      return zset
    end
  end
end

-- Whether a job has not ended: it has an entry and is not cancelled there, or rests other than dead.
local function unfinished(id)
  if live_entry(id) then
    return redis.call('SISMEMBER', base .. 'cancelled', id) == 0
  end
  return (index_of(id) or 'dead') ~= 'dead'
end
