-- What finish, retry, park and bury share: jobs that leave their stream. KEYS and ARGV: see shared/verdicts.lua. Those that the worker
-- still holds are settled; the rest is refused: their writer is stale.

-- The held jobs, 'at' counting from 1: their entries are entries[E + at], their ids and documents documents[D + 2 * at - 1] and the one
-- after it, their places places[P + at]; special[at] is the rest of the place of a job that is not plain. While all are held and plain, which is what
-- happens, the arguments serve as they are, and nothing is done job by job.
local held = count
local entries, E, documents, D, places, P = ARGV, ENTRIES, ARGV, PAIRS, ARGV, PLACES
local special, refused = {}, {}

redis.call('XLEN', stream) -- fails before anything is written if it is no stream
local recorded = redis.call('HLEN', running) > 0

-- Goes on with those only of which this is true.
local function only(is_held)
  local all_entries, all_documents, all_places, all_special = {}, {}, {}, {}
  for n = 1, count do
    local place, deliveries, rest = place_of(n)
    if is_held(n, deliveries) then
      local at = #all_entries + 1
      all_entries[at], all_places[at], all_special[at] = ARGV[ENTRIES + n], place, rest
      all_documents[2 * at - 1], all_documents[2 * at] = ARGV[PAIRS + 2 * n - 1], ARGV[PAIRS + 2 * n]
    else
      refused[#refused + 1] = n
    end
  end
  held = #all_entries
  entries, E, documents, D, places, P, special = all_entries, 0, all_documents, 0, all_places, 0, all_special
end

local function chunk_of_entries()
  return unpack(entries, E + 1, E + held)
end

-- Takes the held jobs out of the group. From then on nobody else can hold them, so their documents must be stored by commands that
-- cannot fail: whatever can, is asked before.
local function acknowledge()
  local records = recorded and redis.call('HMGET', running, unpack(ARGV, ENTRIES + 1, ENTRIES + count)) or {}
  local known = false
  for n = 1, #records do
    known = known or records[n]
  end
  if known or ARGV[5] == '1' then
    only(function(n, deliveries)
      return holds(records[n], worker, deliveries)
    end)
  end
  local pending = held > 0 and redis.pcall('XACK', stream, 'workers', chunk_of_entries()) or 0
  if pending == held then return end
  -- Some have been settled before, most likely by this call whose answer got lost. A job that was held has its entry until now.
  local ours = {}
  for at = 1, held do
    ours[entries[E + at]] = redis.call('XDEL', stream, entries[E + at]) == 1
  end
  refused = {}
  only(function(n)
    return ours[ARGV[ENTRIES + n]]
  end)
end

-- Takes their entries out of the stream for good, with what is on record of their leases.
local function withdraw()
  redis.call('XDEL', stream, chunk_of_entries())
  if recorded then
    redis.call('HDEL', running, chunk_of_entries())
  end
end

local id_list
local function ids()
  if not id_list then
    id_list = {}
    for at = 1, held do
      id_list[at] = documents[D + 2 * at - 1]
    end
  end
  return id_list
end

-- Removes the addresses of entries that were published a second time, and, where jobs ended, frees their uniqueness locks.
local function clean_up(ended)
  local addresses, locks = {}, {}
  for at, rest in pairs(special) do
    local published, _, unique = extras(rest)
    if published == '1' then
      addresses[#addresses + 1] = base .. 'entry:' .. ids()[at]
    end
    if ended and unique ~= '' then
      locks[#locks + 1] = base .. 'unique:' .. unique
      locks[#locks + 1] = ids()[at]
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
    redis.call('SREM', base .. 'cancelling', unpack(ids()))
  end
end

-- Puts the held jobs down as documents, indexed in a zset by the score that each gets.
local function rest_in(zset, score_of)
  local keys, scores = {}, {}
  for at, id in ipairs(ids()) do
    keys[2 * at - 1], keys[2 * at] = base .. 'job:' .. id, documents[D + 2 * at]
    scores[2 * at - 1], scores[2 * at] = string.format('%.0f', score_of(at)), id
  end
  redis.call('MSET', unpack(keys))
  redis.call('ZADD', base .. zset, unpack(scores))
end

local function at_rest(_, id)
  return document_of(id)
end
