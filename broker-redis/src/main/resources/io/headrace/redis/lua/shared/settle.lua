-- What finish, retry, park and bury share: jobs that leave their stream. Those that the worker still holds are settled;
-- the rest is refused: their writer is stale.
--@include all_first
--@include places
--@include documents
--@include delete
--@include unique

-- Looks at each: those that the worker holds in the delivery that it names go on, the rest is refused.
local function sort_out(jobs)
  local asked = {}
  for n = 1, count do
    asked[n] = ARGV[ENTRIES + n]
  end
  local leases = leases_of(stream, worker, asked)
  local entries, documents, places = {}, {}, {}
  for n, entry in ipairs(asked) do
    local place, expected, rest = place_of(n)
    local lease = leases[entry]
    if lease and lease[4] == expected then
      local at = #entries + 1
      entries[at], places[at], jobs.special[at] = entry, place, rest
      documents[2 * at - 1], documents[2 * at] = ARGV[PAIRS + 2 * n - 1], ARGV[PAIRS + 2 * n]
    else
      jobs.refused[#jobs.refused + 1] = n
    end
  end
  jobs.held, jobs.entries, jobs.E, jobs.documents, jobs.D, jobs.places = #entries, entries, 0, documents, 0, places
end

-- Of the jobs told of those that are held, so many, 'at' counting from 1: their entries are entries[E + at], their ids
-- and documents documents[D + 2 * at - 1] and the one after it; special[at] is the rest of the place of a job that is
-- not plain. refused are the positions of the others. While all are held and plain, which is what happens, the
-- arguments serve as they are, and nothing is done job by job.
local function settled()
  local jobs = {held = count, entries = ARGV, E = ENTRIES, documents = ARGV, D = PAIRS, special = {}, refused = {},
    recorded = redis.call('HLEN', running) > 0}
  if not all_first() then
    sort_out(jobs)
  end
  return jobs
end

local function place_at(jobs, at)
  return jobs.places and jobs.places[at] or (place_of(at))
end

-- Takes the held entries out of their stream for good, with their leases. It comes after what became of them is stored:
-- a script that fails half-way, because somebody changed a key by hand, then leaves a job in two places rather than in
-- none.
local function withdraw(jobs)
  local entries, first, last = jobs.entries, jobs.E + 1, jobs.E + jobs.held
  redis.call('XACK', stream, 'workers', unpack(entries, first, last))
  delete(stream, entries, first, last, entries == ARGV and ARGV[6] or '-')
  if jobs.recorded then
    redis.call('HDEL', running, unpack(entries, first, last))
  end
end

local function ids_of(jobs)
  if not jobs.ids then
    jobs.ids = {}
    for at = 1, jobs.held do
      jobs.ids[at] = jobs.documents[jobs.D + 2 * at - 1]
    end
  end
  return jobs.ids
end

-- Removes the addresses of entries that jobs were promoted to, and, where jobs ended, frees their uniqueness locks.
local function clean_up(jobs, ended)
  local addresses, locks = {}, {}
  for at, rest in pairs(jobs.special) do
    local promoted, _, _, unique = extras(rest)
    if promoted == '1' then
      addresses[#addresses + 1] = base .. 'entry:' .. ids_of(jobs)[at]
    end
    if ended and unique ~= '' then
      locks[#locks + 1] = base .. 'unique:' .. unique
      locks[#locks + 1] = ids_of(jobs)[at]
    end
  end
  if #addresses > 0 then
    redis.call('DEL', unpack(addresses))
  end
  unlock(locks)
end

-- Those of the held jobs that may have said something, by position.
local function said(jobs)
  local at_positions = {}
  for at, rest in pairs(jobs.special) do
    local _, may_have = extras(rest)
    if may_have == '1' then
      at_positions[#at_positions + 1] = at
    end
  end
  return at_positions
end

-- Drops the cancellation marks of jobs that have ended.
local function unmark(jobs)
  if redis.call('EXISTS', base .. 'cancelled', base .. 'cancelling') > 0 then
    redis.call('SREM', base .. 'cancelling', unpack(ids_of(jobs)))
    redis.call('SREM', base .. 'cancelled', unpack(ids_of(jobs)))
  end
end

-- Puts the held jobs down as documents, indexed in a zset by the score that each gets.
local function rest_in(jobs, zset, score_of)
  local keys, scores = {}, {}
  for at, id in ipairs(ids_of(jobs)) do
    keys[2 * at - 1], keys[2 * at] = base .. 'job:' .. id, jobs.documents[jobs.D + 2 * at]
    scores[2 * at - 1], scores[2 * at] = string.format('%.0f', score_of(at)), id
  end
  redis.call('MSET', unpack(keys))
  redis.call('ZADD', base .. zset, unpack(scores))
end

local function at_rest(_, id)
  return document_of(id)
end
