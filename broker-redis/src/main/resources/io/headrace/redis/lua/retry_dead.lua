#!lua
-- retry_dead: put dead jobs back in line, or down as retrying so that they fall due one after another.
-- KEYS  1 base
-- ARGV  1 ms between two due times, '' to put them in line now  2 when the first falls due, epoch ms, or ''
--       then per job: job id, its score among the dead, document to store, unique key or ''
-- Returns {when the next one would fall due, epoch ms, words}: for each job DONE, MOVED (not dead, or it died again
-- since), DUPLICATE. Cost: 13 commands; 1 per job that goes in line, and 1 per job with a uniqueness key, 7 where
-- another holds it.
local base = KEYS[1]
--@include wake
--@include job_place
--@include promote

read_clock()

local FIRST, STRIDE = 3, 4
local gap_ms = tonumber(ARGV[1])
local due_ms = math.max(now_ms, tonumber(ARGV[2]) or 0)

-- Check first: a key of a wrong type fails the call before anything has changed.
local asked, locks = {}, {}
for i = FIRST, #ARGV, STRIDE do
  asked[#asked + 1] = ARGV[i]
  locks[#locks + 1] = base .. 'unique:' .. ARGV[i + 3]
end
local scores = redis.call('ZMSCORE', base .. 'dead', unpack(asked))
local holders = redis.call('MGET', unpack(locks))
redis.call('ZCARD', base .. 'retrying')
for _, level in ipairs({'h', 'n', 'l'}) do
  redis.call('XLEN', base .. 'ready:' .. level)
end

local words, moved, documents, dues, held = {}, {}, {}, {}, {}
for n, id in ipairs(asked) do
  local at = FIRST + (n - 1) * STRIDE
  local unique = ARGV[at + 3]
  local holder = type(holders[n]) == 'string' and is_id(holders[n]) and holders[n] or id
  if scores[n] ~= ARGV[at + 1] then
    words[n] = 'MOVED'
  elseif unique ~= '' and ((holder ~= id and unfinished(holder)) or held[unique]) then
    words[n] = 'DUPLICATE'
  else
    words[n] = 'DONE'
    moved[#moved + 1] = id
    documents[#documents + 1] = base .. 'job:' .. id
    documents[#documents + 1] = ARGV[at + 2]
    dues[#dues + 1] = string.format('%.0f', due_ms)
    dues[#dues + 1] = id
    if unique ~= '' then
      held[unique] = true
      redis.call('SET', locks[n], id)
    end
    due_ms = due_ms + (gap_ms or 0)
  end
end
if #moved > 0 then
  redis.call('MSET', unpack(documents))
  if not gap_ms then
    promote('dead', moved)
    wake()
  else
    redis.call('ZADD', base .. 'retrying', unpack(dues))
    redis.call('ZREM', base .. 'dead', unpack(moved))
    if redis.call('ZRANGE', base .. 'retrying', 0, 0)[1] == moved[1] then
      wake() -- idle workers sleep until the earliest due time they know of; this one is earlier
    end
    announce(moved)
  end
end
return {string.format('%.3f', due_ms), words}
