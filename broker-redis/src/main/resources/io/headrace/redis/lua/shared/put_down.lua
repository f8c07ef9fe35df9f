-- What retry and park share: jobs that run again later.
-- When each held job falls due again. A cancellation that came too late for the attempt does not wait for the next one.
local function due_again()
  local cancelling = {}
  if redis.call('EXISTS', base .. 'cancelling') == 1 then
    cancelling = redis.call('SMISMEMBER', base .. 'cancelling', unpack(ids))
  end
  return function(n, i)
    return cancelling[n] == 1 and now_ms or now_ms + tonumber(ARGV[i + 4])
  end
end

-- Puts the held jobs down in an index until they fall due again.
local function put_down(zset)
  local mine, due = {}, due_again()
  rest_in(zset, function(n, i)
    mine[ids[n]] = true
    return due(n, i)
  end)
  withdraw()
  clean_up(false)
  if mine[redis.call('ZRANGE', base .. zset, 0, 0)[1]] then
    wake() -- idle workers sleep until the earliest due time they know of; one of these is earlier
  end
end
