-- Publishes jobs at rest: their documents move from under their ids to new entries of their streams.
-- The level is the letter after the last '_' of the id.
local function level_of(id)
  return string.match(id, '_([hnl])[^_]*$')
end

-- ids must be members of the zset. Returns how many were published; an id without document is dropped from the index.
local function publish(zset, ids)
  if #ids == 0 then return 0 end
  local keys = {}
  for i, id in ipairs(ids) do
    keys[i] = base .. 'job:' .. id
  end
  local documents = redis.call('MGET', unpack(keys))
  local addresses = {}
  for i, id in ipairs(ids) do
    if documents[i] then
      local level = level_of(id)
      local entry = redis.call('XADD', base .. 'ready:' .. level, '*', 'id', id, 'job', documents[i])
      addresses[#addresses + 1] = base .. 'entry:' .. id
      addresses[#addresses + 1] = level .. entry
    end
  end
  if #addresses > 0 then
    redis.call('MSET', unpack(addresses))
  end
  redis.call('DEL', unpack(keys))
  redis.call('ZREM', base .. zset, unpack(ids))
  announce(ids)
  return #addresses / 2
end
