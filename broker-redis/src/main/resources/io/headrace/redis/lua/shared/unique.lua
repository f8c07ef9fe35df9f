-- Frees the uniqueness locks that these jobs hold, and no lock that meanwhile belongs to another job.
-- locks: flat list of lock key, job id.
local function unlock(locks)
  if #locks == 0 then return end
  local keys = {}
  for i = 1, #locks, 2 do
    keys[#keys + 1] = locks[i]
  end
  local holders = redis.call('MGET', unpack(keys))
  local mine = {}
  for i, holder in ipairs(holders) do
    if holder == locks[2 * i] then
      mine[#mine + 1] = keys[i]
    end
  end
  if #mine > 0 then
    redis.call('DEL', unpack(mine))
  end
end
