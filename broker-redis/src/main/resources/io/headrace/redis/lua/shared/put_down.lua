-- What retry and park share: jobs that run again later.
--@include clock
--@include events
--@include wake
--@include marked
--@include settle

-- When each held job falls due again. A cancellation that came too late for the attempt does not wait for the next one.
local function due_again(jobs)
  local cancelled = {}
  for _, id in ipairs(marked(ids_of(jobs))) do
    cancelled[id] = true
  end
  return function(at)
    return cancelled[ids_of(jobs)[at]] and now_ms or now_ms + tonumber(place_at(jobs, at))
  end
end

-- Puts the jobs that are held down in an index until they fall due again; tells how many.
local function put_down(jobs, zset)
  if jobs.held == 0 then return 0 end
  rest_in(jobs, zset, due_again(jobs))
  withdraw(jobs)
  clean_up(jobs, false)
  local mine = {}
  for _, id in ipairs(ids_of(jobs)) do
    mine[id] = true
  end
  if mine[redis.call('ZRANGE', base .. zset, 0, 0)[1]] then
    wake() -- idle workers sleep until the earliest due time they know of; one of these is earlier
  end
  announce(ids_of(jobs))
  return jobs.held
end
