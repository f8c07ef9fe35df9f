-- What finish, retry, park and bury share: jobs come in as
--   KEYS  1 base
--   ARGV  1 worker, then per job: level, entry, deliveries, job id, document, bucket, retention ms or '', unique key or '',
--         '1' if the job has been published before, delay ms, outcome
-- and the held ones among them are withdrawn from their streams. The rest is refused: their writer is stale.
local WIDTH = 11
local worker = ARGV[1]

local fields = {}
for i = 2, #ARGV, WIDTH do
  fields[#fields + 1] = ARGV[i] .. ARGV[i + 1]
end
local values = redis.call('HMGET', base .. 'running', unpack(fields))

local held = {}
local held_ids = {}
local held_fields = {}
local by_level = {}
local refused = {}
for n, value in ipairs(values) do
  local i = 2 + (n - 1) * WIDTH
  local job = {
    level = ARGV[i], entry = ARGV[i + 1], id = ARGV[i + 3], document = ARGV[i + 4], bucket = ARGV[i + 5],
    retention = ARGV[i + 6], unique = ARGV[i + 7], published = ARGV[i + 8] == '1', delay = tonumber(ARGV[i + 9]),
    outcome = ARGV[i + 10], n = n,
  }
  if holds(value, worker, ARGV[i + 2]) then
    held[#held + 1] = job
    held_ids[#held_ids + 1] = job.id
    held_fields[#held_fields + 1] = fields[n]
    by_level[job.level] = by_level[job.level] or {}
    table.insert(by_level[job.level], job.entry)
  else
    refused[#refused + 1] = job
  end
end

-- Answers the 1-based positions of stale writes. A write that was carried out before, and is repeated because its answer got
-- lost, finds its own document in place and is not stale.
local function stale(find_document)
  local positions = {}
  for _, job in ipairs(refused) do
    if find_document(job) ~= job.document then
      positions[#positions + 1] = job.n
    end
  end
  return positions
end

local function document_at_rest(job)
  return redis.call('GET', base .. 'job:' .. job.id)
end

-- Removes the addresses of entries that were published a second time, and frees uniqueness locks.
local function clean_up(ended)
  local dead_keys = {}
  local locks = {}
  for _, job in ipairs(held) do
    if job.published then
      dead_keys[#dead_keys + 1] = base .. 'entry:' .. job.id
    end
    if ended and job.unique ~= '' then
      locks[#locks + 1] = base .. 'unique:' .. job.unique
      locks[#locks + 1] = job.id
    end
  end
  if #dead_keys > 0 then
    redis.call('DEL', unpack(dead_keys))
  end
  unlock(locks)
end

-- Puts the held jobs down as documents, indexed in a zset by the score that each gets.
local function rest_in(zset, score_of)
  local documents = {}
  local scores = {}
  for _, job in ipairs(held) do
    documents[#documents + 1] = base .. 'job:' .. job.id
    documents[#documents + 1] = job.document
    scores[#scores + 1] = score_of(job)
    scores[#scores + 1] = job.id
  end
  redis.call('MSET', unpack(documents))
  redis.call('ZADD', base .. zset, unpack(scores))
end
