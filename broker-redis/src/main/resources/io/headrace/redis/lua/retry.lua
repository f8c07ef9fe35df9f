#!lua flags=allow-oom
-- retry: put failed jobs down until their next attempt; refuse those whose lease has moved on.
-- KEYS and ARGV: see shared/settle.lua
-- Returns the positions refused, from 1. Cost: about 13 commands.
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
    cancelling = redis.call('SMISMEMBER', base .. 'cancelling', unpack(ids))
  end
  local mine = {}
  withdraw()
  clean_up(false)
  rest_in('retrying', function(n, i)
    mine[ids[n]] = true
    -- a cancellation that came too late for the attempt must not wait for the next one
    return cancelling[n] == 1 and now_ms or now_ms + tonumber(ARGV[i + 4])
  end)
  if mine[redis.call('ZRANGE', base .. 'retrying', 0, 0)[1]] then
    wake() -- idle workers sleep until the earliest due time they know of; one of these is earlier
  end
  tally('failed', #held)
  announce(ids)
end
return stale(document_at_rest)
