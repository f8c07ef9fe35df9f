-- What finish, retry, park, bury and release share: jobs of one level, put down by one worker, come in as
--   KEYS  1 base
--   ARGV  1 worker  2 level  3 outcome or '', then per job: entry, deliveries, job id, document, place, extras
-- where place is the bucket of a finished job and the delay in ms of one that runs again, and extras is '' or
-- '<1 if published before>,<retention ms or empty>,<unique key or empty>'.
-- Those that the worker still holds are settled; the rest is refused: their writer is stale.
local WIDTH, FIRST = 6, 4
local worker, level, outcome = ARGV[1], ARGV[2], ARGV[3]
local stream = base .. 'ready:' .. level
local running = base .. 'running:' .. level

redis.call('XLEN', stream) -- fails before anything is written if it is no stream
local asked = {}
for i = FIRST, #ARGV, WIDTH do
  asked[#asked + 1] = ARGV[i]
end
local values = redis.call('HMGET', running, unpack(asked))

-- Of those held: where each starts in ARGV, its entry, its id. Of those refused: where each starts.
local held, entries, ids, refused = {}, {}, {}, {}
local first_delivery = token(worker, '1')
for n, value in ipairs(values) do
  local i = FIRST + (n - 1) * WIDTH
  local deliveries = ARGV[i + 1]
  if holds(value, deliveries == '1' and first_delivery or token(worker, deliveries)) then
    held[#held + 1] = i
    entries[#entries + 1] = asked[n]
    ids[#ids + 1] = ARGV[i + 2]
  else
    refused[#refused + 1] = i
  end
end

-- Takes the held entries out of their stream for good, with their leases. It comes after what became of them is stored: a script that fails
-- half-way, because somebody changed a key by hand, then leaves a job in two places rather than in none.
local function withdraw()
  redis.call('XACK', stream, 'workers', unpack(entries))
  redis.call('XDEL', stream, unpack(entries))
  redis.call('HDEL', running, unpack(entries))
end

local function extras(i)
  return string.match(ARGV[i + 5], '^(.),(%d*),(.*)$')
end

-- Removes the addresses of entries that were published a second time, and, where jobs ended, frees their uniqueness locks.
local function clean_up(ended)
  local addresses, locks = {}, {}
  for n, i in ipairs(held) do
    if ARGV[i + 5] ~= '' then
      local published, _, unique = extras(i)
      if published == '1' then
        addresses[#addresses + 1] = base .. 'entry:' .. ids[n]
      end
      if ended and unique ~= '' then
        locks[#locks + 1] = base .. 'unique:' .. unique
        locks[#locks + 1] = ids[n]
      end
    end
  end
  if #addresses > 0 then
    redis.call('DEL', unpack(addresses))
  end
  unlock(locks)
end

-- Drops the cancellation marks of jobs that have ended.
local function unmark()
  if redis.call('EXISTS', base .. 'cancelling') == 1 then
    redis.call('SREM', base .. 'cancelling', unpack(ids))
  end
end

-- Puts the held jobs down as documents, indexed in a zset by the score that each gets.
local function rest_in(zset, score_of)
  local documents, scores = {}, {}
  for n, i in ipairs(held) do
    documents[#documents + 1] = base .. 'job:' .. ids[n]
    documents[#documents + 1] = ARGV[i + 3]
    scores[#scores + 1] = string.format('%.0f', score_of(n, i))
    scores[#scores + 1] = ids[n]
  end
  redis.call('MSET', unpack(documents))
  redis.call('ZADD', base .. zset, unpack(scores))
end

local function document_at_rest(i)
  return document_of(ARGV[i + 2])
end

-- Answers the positions of stale writes, from 1. A write that was carried out before, and is repeated because its answer got
-- lost, finds its own document in place and is not stale.
local function stale(find_document)
  local positions = {}
  for _, i in ipairs(refused) do
    if find_document(i) ~= ARGV[i + 3] then
      positions[#positions + 1] = (i - FIRST) / WIDTH + 1
    end
  end
  return positions
end
