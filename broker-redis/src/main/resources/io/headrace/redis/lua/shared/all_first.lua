--@include verdicts
--@include leases

-- Whether the verdicts are plain and the worker holds all their jobs, in their first delivery. Where others may lie
-- between them, as many of those are read, too; what then is still to be found is asked for one by one, which costs
-- about thrice as much as a line of a page.
local function all_first()
  if not plain then return false end
  local found = 0
  local most = ARGV[6] == '' and ARGV[4] or 2 * count
  for _, pending in ipairs(held_between(stream, worker, ARGV[ENTRIES + 1], ARGV[ENTRIES + count], most)) do
    if pending[1] == ARGV[ENTRIES + found + 1] and pending[4] == 1 then
      found = found + 1
    end
  end
  for at = ENTRIES + found + 1, ENTRIES + count do
    local pending = held_between(stream, worker, ARGV[at], ARGV[at], '1')[1]
    if not pending or pending[4] ~= 1 then return false end
  end
  return true
end
