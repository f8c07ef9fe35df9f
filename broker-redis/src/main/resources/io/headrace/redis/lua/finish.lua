#!lua flags=allow-oom
-- finish: record that jobs ended, succeeded, cancelled or expired; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/verdicts.lua
-- Returns the positions refused, from 1. Cost: about 10 commands, and 3 to 7 per tenth of a second of id time that the batch spans.
local base = KEYS[1]
--@include numbers
--@include documents
--@include clock
--@include events
--@include tally
--@include unique
--@include held
--@include finished
--@include verdicts
--@include order
--@include group
--@include delete
--@include settle

local retention_ms, max_kept, watched = retention()
local nothing_kept = retention_ms == 0 or max_kept == 0
if held > 0 then
  local runs, known = {}, {}
  for at = 1, held do
    local bucket, own = places[P + at], ''
    if special[at] then
      local _, asked_ms = extras(special[at])
      own = asked_ms
    end
    local run = runs[#runs]
    if own ~= '' or nothing_kept then
      known[bucket] = true
      if own ~= '' and own ~= '0' then -- a retention of its own: a key of its own
        redis.call('SET', base .. 'job:' .. ids()[at], documents[D + 2 * at], 'PX', own)
      end
    elseif run and run.bucket == bucket and run.last == D + 2 * at - 2 then
      run.last = D + 2 * at
    else
      runs[#runs + 1] = {bucket = bucket, of = documents, first = D + 2 * at - 1, last = D + 2 * at}
    end
  end
  keep(runs, known, retention_ms, max_kept)
  withdraw()
  clean_up(true)
  unmark()
  tally(outcome, held)
  if watched then
    announce(ids())
  end
end
return stale(refused, function(n, id)
  return finished_document(place_of(n), id) or document_of(id)
end)
