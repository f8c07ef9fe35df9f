-- What finish, retry, park, bury and release are told: jobs of one level, put down by one worker, come in as
-- KEYS  1 base
-- ARGV  1 worker  2 level  3 outcome or ''  4 how many jobs  5 '1' if some are not plain  6 their gaps, see delete.lua
--       then for all of them the entries, ascending; then of each the job id and the document; then their places in
--       runs: a place, and how many jobs one after the other have it
-- A place is the bucket of a finished job, the delay in ms of one that runs again, or ''. A job that is not delivered
-- for the first time, or leaves more to clean up, is not plain: its place goes on as ';<deliveries>;<1 if promoted
-- before>,<1 if it may have said something>,<retention ms or empty>,<unique key or empty>'.
local worker, level, outcome, count = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local ENTRIES, PAIRS, PLACES = 6, 6 + count, 6 + 3 * count
local stream = base .. 'ready:' .. level
local running = base .. 'running:' .. level

local plain = ARGV[5] == '0'

local unrolled
local function unroll()
  unrolled = {}
  for i = PLACES + 1, #ARGV, 2 do
    for _ = 1, tonumber(ARGV[i + 1]) do
      unrolled[#unrolled + 1] = ARGV[i]
    end
  end
end

-- Of the job at this position: place, deliveries, and the rest, nil when it is plain.
local function place_of(n)
  if not unrolled then unroll() end
  if plain then
    return unrolled[n], 1
  end
  local place, deliveries, rest = string.match(unrolled[n], '^(.-);(%d+);(.*)$')
  return place or unrolled[n], tonumber(deliveries or 1), rest
end

-- Of a job that is not plain: '1' if it was promoted before, '1' if its handler may have said something, its own
-- retention in ms, its unique key.
local function extras(rest)
  return string.match(rest, '^(.),(.),(%d*),(.*)$')
end

-- Positions of stale writes, from 1. A write that was carried out before, and is repeated because its answer got lost,
-- finds its own document in place and is not stale.
local function stale(refused, find_document)
  local positions = {}
  for _, n in ipairs(refused) do
    if find_document(n, ARGV[PAIRS + 2 * n - 1]) ~= ARGV[PAIRS + 2 * n] then
      positions[#positions + 1] = n
    end
  end
  return positions
end
