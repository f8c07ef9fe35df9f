#!lua flags=allow-oom
-- finish: record that jobs ended, succeeded, cancelled or expired; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/settle.lua
-- Returns the positions refused, from 1. Cost: 12 commands, 2 per level, 4 per second of id time that the batch spans.
local base = KEYS[1]
--@include clock
--@include events
--@include tally
--@include unique
--@include fence
--@include finished
--@include settle

if #held > 0 then
  local retention_ms, max_kept = retention()
  local docs, known, counts = {}, {}, {}
  for _, job in ipairs(held) do
    counts[job.outcome] = (counts[job.outcome] or 0) + 1
    if job.retention ~= '' then
      -- a retention of its own: a key of its own
      if tonumber(job.retention) > 0 then
        redis.call('SET', base .. 'job:' .. job.id, job.document, 'PX', job.retention)
      end
      known[job.bucket] = true
    elseif retention_ms > 0 and max_kept > 0 then
      docs[job.bucket] = docs[job.bucket] or {}
      table.insert(docs[job.bucket], job.id)
      table.insert(docs[job.bucket], job.document)
    else
      known[job.bucket] = true
    end
  end
  withdraw(by_level, held_fields)
  clean_up(true)
  unmark(held_ids)
  keep(docs, known, retention_ms, max_kept)
  for outcome, n in pairs(counts) do
    tally(outcome, n)
  end
  announce(held_ids)
end
return stale(function(job)
  return redis.call('HGET', bucket_key(job.bucket), job.id) or document_at_rest(job)
end)
