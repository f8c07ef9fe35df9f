-- Which of these jobs are to be cancelled: their cancellation was asked for while they waited or ran. Whoever has their
-- entries is told, and ends them without running them. A mark is in 'cancelled' while the entry waits in line, and
-- moves to 'cancelling' when somebody who holds the entry is told; a worker can die in between, so a mark counts in
-- either set, wherever the entry is. Nothing but the entries that somebody holds may be asked about. One command where
-- nothing is marked, else 2 per 1,000 jobs and set, and 1 per job that was marked in line.
local function marked(ids)
  local cancelled = {}
  if #ids == 0 or redis.call('EXISTS', base .. 'cancelled', base .. 'cancelling') == 0 then
    return cancelled
  end
  for _, set in ipairs({'cancelled', 'cancelling'}) do
    if redis.call('SCARD', base .. set) > 0 then
      for from = 1, #ids, 1000 do
        local some = redis.call('SMISMEMBER', base .. set, unpack(ids, from, math.min(#ids, from + 999)))
        for i, is_member in ipairs(some) do
          local id = ids[from + i - 1]
          if is_member == 1 and set == 'cancelled' then
            redis.call('SMOVE', base .. 'cancelled', base .. 'cancelling', id) -- found there by the other look
          elseif is_member == 1 then
            cancelled[#cancelled + 1] = id
          end
        end
      end
    end
  end
  return cancelled
end
