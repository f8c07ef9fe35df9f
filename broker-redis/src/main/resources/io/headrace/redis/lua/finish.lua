#!lua flags=allow-oom
-- finish: record that jobs ended, succeeded, cancelled or expired; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/settle.lua
-- Returns the positions refused, from 1. Cost: about 15 commands, and 5 per tenth of a second of id time that the batch spans.
local base = KEYS[1]
--@include numbers
--@include documents
--@include clock
--@include events
--@include tally
--@include unique
--@include fence
--@include finished
--@include settle

if #held > 0 then
  local retention_ms, max_kept = retention()
  local nothing_kept = retention_ms == 0 or max_kept == 0
  local docs, known = {}, {}
  local special = false
  for n, i in ipairs(held) do
    local bucket = ARGV[i + 4]
    local own = ''
    if ARGV[i + 5] ~= '' then
      special = true
      local _, asked_ms = extras(i)
      own = asked_ms
    end
    if own == '' and not nothing_kept then
      local list = docs[bucket]
      if not list then
        list = {}
        docs[bucket] = list
      end
      list[#list + 1] = ids[n]
      list[#list + 1] = ARGV[i + 3]
    else
      known[bucket] = true
      if own ~= '' and own ~= '0' then
        redis.call('SET', base .. 'job:' .. ids[n], ARGV[i + 3], 'PX', own) -- a retention of its own: a key of its own
      end
    end
  end
  keep(docs, known, retention_ms, max_kept)
  withdraw()
  if special then
    clean_up(true)
  end
  unmark()
  tally(outcome, #held)
  announce(ids)
end
return stale(function(i)
  return finished_document(ARGV[i + 4], ARGV[i + 2]) or document_at_rest(i)
end)
