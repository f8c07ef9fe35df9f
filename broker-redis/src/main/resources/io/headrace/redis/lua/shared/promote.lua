--@include ids
--@include clock
--@include events

-- Puts jobs at rest in line: their documents move from under their ids to new entries of their streams.
-- The level is the letter after the last '_' of the id.
local function level_of(id)
  return string.match(id, '_([hnl])[^_]*$')
end

-- Members that are job ids, and those that are not.
local function sorted_out(members)
  local ids, dropped, levels = {}, {}, {}
  for _, member in ipairs(members) do
    if is_id(member) then
      ids[#ids + 1] = member
      levels[level_of(member)] = true
    else
      dropped[#dropped + 1] = member
    end
  end
  for level in pairs(levels) do
    redis.call('XLEN', base .. 'ready:' .. level) -- fails before anything is written if it is no stream
  end
  return ids, dropped
end

-- members must be in the zset. Returns how many were promoted, and those that are no job ids, which are dropped from
-- the index. An id without a document is promoted, too: whoever claims it sets it aside as dead, so that it does not
-- vanish.
local function promote(zset, members)
  if #members == 0 then return 0, {} end
  local ids, dropped = sorted_out(members)
  if #dropped > 0 then
    redis.call('ZREM', base .. zset, unpack(dropped))
  end
  if #ids == 0 then return 0, dropped end
  local keys = {}
  for i, id in ipairs(ids) do
    keys[i] = base .. 'job:' .. id
  end
  local documents = redis.call('MGET', unpack(keys))
  local addresses = {}
  for i, id in ipairs(ids) do
    local level = level_of(id)
    local entry = redis.call('XADD', base .. 'ready:' .. level, '*', 'id', id, 'job', documents[i] or '', 'at',
      string.format('%.0f', now_ms)) -- ids can be ahead of the time
    addresses[#addresses + 1] = base .. 'entry:' .. id
    addresses[#addresses + 1] = level .. entry
  end
  redis.call('MSET', unpack(addresses))
  redis.call('DEL', unpack(keys))
  redis.call('ZREM', base .. zset, unpack(ids))
  announce(ids)
  return #ids, dropped
end
