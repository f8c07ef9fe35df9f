#!lua flags=allow-oom
-- retry: put failed jobs down until their next attempt; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/settle.lua
-- Returns the positions refused, from 1. Cost: 9 commands and 2 per level.
local base = KEYS[1]
--@include clock
--@include events
--@include wake
--@include tally
--@include unique
--@include fence
--@include settle

if #held > 0 then
  local cancelling = {}
  if redis.call('EXISTS', base .. 'cancelling') == 1 then
    cancelling = redis.call('SMISMEMBER', base .. 'cancelling', unpack(held_ids))
  end
  local due_of = {}
  for n, job in ipairs(held) do
    -- a cancellation that came too late for the attempt must not wait for the next one
    due_of[job.id] = cancelling[n] == 1 and now_ms or now_ms + job.delay
  end
  withdraw(by_level, held_fields)
  clean_up(false)
  rest_in('retrying', function(job) return string.format('%.0f', due_of[job.id]) end)
  if due_of[redis.call('ZRANGE', base .. 'retrying', 0, 0)[1]] then
    wake() -- idle workers sleep until the earliest due time they know of; one of these is earlier
  end
  tally('failed', #held)
  announce(held_ids)
end
return stale(document_at_rest)
