-- What finish, retry, park and bury share: jobs that leave their stream. KEYS and ARGV: see shared/verdicts.lua. Those
-- that the worker still holds are settled; the rest is refused: their writer is stale.

-- The held jobs, 'at' counting from 1: their entries are entries[E + at], their ids and documents documents[D + 2 * at
-- - 1] and the one after it, their places place_at(at); special[at] is the rest of the place of a job that is not
-- plain. While all are held and plain, which is what happens, the arguments serve as they are, and nothing is done job
-- by job.
local held = count
local entries, E, documents, D = ARGV, ENTRIES, ARGV, PAIRS
local places -- of those that were sorted out
local special, refused = {}, {}

local recorded = redis.call('HLEN', running) > 0

-- Whether the worker holds all of them in their first delivery.
local function all_plain()
  local at = 1
  if plain then
    for _, pending in ipairs(held_between(stream, worker, ARGV[ENTRIES + 1], ARGV[ENTRIES + count], count)) do
      if pending[1] == ARGV[ENTRIES + at] and pending[4] == 1 then
        at = at + 1
      end
    end
  end
  return at > count
end

-- Looks at each: those that the worker holds in the delivery that it names go on, the rest is refused.
local function sort_out()
  local asked = {}
  for n = 1, count do
    asked[n] = ARGV[ENTRIES + n]
  end
  local leases = leases_of(stream, worker, asked)
  entries, E, documents, D, places = {}, 0, {}, 0, {}
  for n, entry in ipairs(asked) do
    local place, expected, rest = place_of(n)
    local lease = leases[entry]
    if lease and lease[4] == expected then
      local at = #entries + 1
      entries[at], places[at], special[at] = entry, place, rest
      documents[2 * at - 1], documents[2 * at] = ARGV[PAIRS + 2 * n - 1], ARGV[PAIRS + 2 * n]
    else
      refused[#refused + 1] = n
    end
  end
  held = #entries
end

if not all_plain() then
  sort_out()
end

local function place_at(at)
  return places and places[at] or (place_of(at))
end

local function chunk_of_entries()
  return unpack(entries, E + 1, E + held)
end

-- Takes the held entries out of their stream for good, with their leases. It comes after what became of them is stored:
-- a script that fails half-way, because somebody changed a key by hand, then leaves a job in two places rather than in
-- none.
local function withdraw()
  redis.call('XACK', stream, 'workers', chunk_of_entries())
  delete(stream, entries, E + 1, E + held, entries == ARGV and ARGV[6] or '-')
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

-- Removes the addresses of entries that were published a second time, and, where jobs ended, frees their uniqueness
-- locks.
local function clean_up(ended)
  local addresses, locks = {}, {}
  for at, rest in pairs(special) do
    local published, _, _, unique = extras(rest)
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

-- Those of the held jobs that may have said something, by position.
local function said()
  local at_positions = {}
  for at, rest in pairs(special) do
    local _, may_have = extras(rest)
    if may_have == '1' then
      at_positions[#at_positions + 1] = at
    end
  end
  return at_positions
end

-- Drops the cancellation marks of jobs that have ended.
local function unmark()
  if redis.call('EXISTS', base .. 'cancelled', base .. 'cancelling') > 0 then
    redis.call('SREM', base .. 'cancelling', unpack(ids()))
    redis.call('SREM', base .. 'cancelled', unpack(ids()))
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
