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
