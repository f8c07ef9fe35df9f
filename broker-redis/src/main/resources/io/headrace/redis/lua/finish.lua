#!lua flags=allow-oom
-- finish: record that jobs ended, succeeded, cancelled or expired; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/verdicts.lua
-- Returns the positions refused, from 1. Cost of plain ones: 9 commands, 2 per tenth of a second of id time that the
-- batch spans, up to 2 more and 1 per gap where a batch leaves by a trim; where a tenth of a second begins 5 more, and
-- some 10 for each whose jobs are let go of; 1 where it ends late, and 2 more once in a tenth of a second. Of others 3
-- more; where somebody waits for jobs of the queue 1, and 1 for each job that is waited for; of jobs that may have said
-- something 2, and 2 for each log.
local base = KEYS[1]
--@include retention
--@include all_first
--@include keep_run
--@include delete
--@include tally

read_clock()

local retention_ms, max_kept, watched, awaited = retention()
local nothing_kept = retention_ms == 0 or max_kept == 0

-- Plain verdicts, which almost all are, are carried out here, before anything is built that others need: all of jobs
-- that their worker holds in their first delivery, with nothing on record or marked, and nobody who looks or waits.
-- What is wrong with a bucket is for the code below, to which what is stored here is a repetition.
local done, begun, total = false, false, 0
if not (watched or awaited or nothing_kept) and all_first()
  and redis.call('EXISTS', running, base .. 'cancelled', base .. 'cancelling') == 0 then
  done = true
  local grew, last = 0, PAIRS
  for i = PLACES + 1, #ARGV, 2 do
    local first = last + 1
    last = last + 2 * ARGV[i + 1]
    local added, begins = keep_run(ARGV[i], ARGV, first, last, retention_ms)
    grew, begun, done = grew + (added or 0), begun or begins, done and added
  end
  if grew > 0 then
    total = count_up(base .. 'kept', 'total', grew)
  end
  if done then
    redis.call('XACK', stream, 'workers', unpack(ARGV, ENTRIES + 1, ENTRIES + count))
    delete(stream, ARGV, ENTRIES + 1, ENTRIES + count, ARGV[6])
    tally(outcome, count)
    if not begun and total <= max_kept then -- else what expired can wait until the next bucket begins
      return {}
    end
  end
end
--@include keep
if done then
  trim(max_kept, total)
  return {}
end
--@include events
--@include awaited
--@include settle

local jobs = settled()

-- The retention of its own that a job was submitted with, in ms; '' when there is none.
local function own_ms_at(at)
  if not jobs.special[at] then return '' end
  local _, _, own_ms = extras(jobs.special[at])
  return own_ms
end

-- Which documents go to which bucket, and which buckets to remember although nothing of them is kept there: see keep().
local function by_bucket()
  local runs, known = {}, {}
  local documents, D = jobs.documents, jobs.D
  if not jobs.places and not nothing_kept then
    local last = D
    for i = PLACES + 1, #ARGV, 2 do
      local first = last + 1
      last = last + 2 * ARGV[i + 1]
      runs[#runs + 1] = {bucket = ARGV[i], of = documents, first = first, last = last}
    end
    return runs, known
  end
  for at = 1, jobs.held do
    local bucket, own = place_at(jobs, at), own_ms_at(at)
    local run = runs[#runs]
    if own ~= '' or nothing_kept then
      known[bucket] = true
      if own ~= '' and own ~= '0' then -- a retention of its own: a key of its own
        redis.call('SET', base .. 'job:' .. documents[D + 2 * at - 1], documents[D + 2 * at], 'PX', own)
      end
    elseif run and run.bucket == bucket and run.last == D + 2 * at - 2 then
      run.last = D + 2 * at
    else
      runs[#runs + 1] = {bucket = bucket, of = documents, first = D + 2 * at - 1, last = D + 2 * at}
    end
  end
  return runs, known
end

-- Before documents are kept, as that may trim them again.
local function settle_logs()
  local ended = {}
  for n, at in ipairs(said(jobs)) do
    local own_ms = own_ms_at(at)
    local kept_ms = own_ms ~= '' and tonumber(own_ms) or nothing_kept and 0 or retention_ms
    ended[n] = {id = ids_of(jobs)[at], place = place_at(jobs, at) + (own_ms == '' and 0 or 0.5), kept_ms = kept_ms}
  end
  end_logs(ended, logs_linger_ms)
end

if jobs.held > 0 then
  logs_linger_ms = awaited and HELD_MS or nil
  settle_logs()
  local runs, known = by_bucket()
  keep(runs, known, retention_ms, max_kept)
  if awaited then
    hold(ids_of(jobs), function(at) return jobs.documents[jobs.D + 2 * at] end, own_ms_at)
  end
  withdraw(jobs)
  clean_up(jobs, true)
  unmark(jobs)
  tally(outcome, jobs.held)
  if watched then
    announce(ids_of(jobs))
  end
end
return stale(jobs.refused, function(n, id)
  return finished_document(place_of(n), id) or document_of(id)
end)
