-- The document of a job at rest: false when there is none, empty when something else is at its key.
local function document_of(id)
  local document = redis.pcall('GET', base .. 'job:' .. id)
  return type(document) == 'table' and '' or document
end

-- The document in a finished bucket; false when there is none.
local function finished_document(bucket, id)
  local document = redis.pcall('HGET', base .. 'finished:' .. bucket, id)
  return type(document) ~= 'table' and document
end

-- Where the entry of a job is: level and entry id, as its address says, or else as its id does.
local function entry_of(id, level, entry)
  local address = redis.pcall('GET', base .. 'entry:' .. id)
  local at_level, at_entry = string.match(type(address) == 'string' and address or '', '^([hnl])(%d+%-%d+)$')
  if at_level then
    return at_level, at_entry
  end
  return level, entry
end

-- The entry itself; nil when there is none.
local function entry_at(stream, entry)
  local found = redis.pcall('XRANGE', stream, entry, entry)
  if found.err and string.find(found.err, 'WRONGTYPE', 1, true) then
    redis.call('XLEN', stream) -- fails, which says that the stream is none
  end
  return found[1]
end
