#!lua
-- requeue: put dead jobs back in line.
-- KEYS  1 base
-- ARGV  1 lifetime of a uniqueness lock, ms, then per job: job id, document expected, document to publish, unique key or ''
-- Returns a word for each: DONE, MOVED (not dead, or another document), DUPLICATE. Cost: at most 8 commands per job.
local base = KEYS[1]
--@include ids
--@include documents
--@include events
--@include wake
--@include publish

local words, published = {}, {}
for i = 2, #ARGV, 4 do
  local id, unique = ARGV[i], ARGV[i + 3]
  local word = 'DONE'
  if not redis.call('ZSCORE', base .. 'dead', id) or document_of(id) ~= ARGV[i + 1] then
    word = 'MOVED'
  elseif unique ~= '' and not redis.call('SET', base .. 'unique:' .. unique, id, 'NX', 'PX', ARGV[1]) then
    word = 'DUPLICATE'
  else
    redis.call('SET', base .. 'job:' .. id, ARGV[i + 2])
    published[#published + 1] = id
  end
  words[#words + 1] = word
end
if publish('dead', published) > 0 then
  wake()
end
return words
