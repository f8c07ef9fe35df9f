#!lua flags=allow-oom
-- retry: put failed jobs down until their next attempt; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/settle.lua
-- Returns the positions refused, from 1. Cost: about 13 commands.
local base = KEYS[1]
--@include numbers
--@include documents
--@include clock
--@include events
--@include wake
--@include tally
--@include unique
--@include fence
--@include settle

if #held > 0 then
  local mine, due = {}, due_again()
  rest_in('retrying', function(n, i)
    mine[ids[n]] = true
    return due(n, i)
  end)
  withdraw()
  clean_up(false)
  if mine[redis.call('ZRANGE', base .. 'retrying', 0, 0)[1]] then
    wake() -- idle workers sleep until the earliest due time they know of; one of these is earlier
  end
  tally('failed', #held)
  announce(ids)
end
return stale(document_at_rest)
