-- Which of these jobs are to be cancelled: their cancellation was asked for while they waited. Their worker is told, and ends them
-- without running them.
local function marked(ids)
  local cancelled = {}
  for _, set in ipairs({'cancelled', 'cancelling'}) do
    if #ids > 0 and redis.call('SCARD', base .. set) > 0 then
      for from = 1, #ids, 1000 do
        for i, is_member in ipairs(redis.call('SMISMEMBER', base .. set, unpack(ids, from, math.min(#ids, from + 999)))) do
          local id = ids[from + i - 1]
          if is_member == 1 then
            cancelled[#cancelled + 1] = id
            if set == 'cancelled' then
              redis.call('SMOVE', base .. 'cancelled', base .. 'cancelling', id)
            end
          end
        end
      end
    end
  end
  return cancelled
end
