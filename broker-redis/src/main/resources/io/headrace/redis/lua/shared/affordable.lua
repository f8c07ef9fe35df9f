-- Entries are fetched a few at a time, as many as stay within a MiB by the size of those seen last: one of them can
-- take 16 MiB.
local CHUNK, MAX_BYTES = 16, 1048576
local spent, usual = 0, MAX_BYTES

-- How many to fetch next of so many that are wanted; 0 when enough have been.
local function affordable(wanted)
  return math.max(0, math.min(CHUNK, wanted, math.ceil((MAX_BYTES - spent) / usual)))
end

local function spend(entries)
  local before = spent
  for _, entry in ipairs(entries) do
    for i = 2, #entry[2], 2 do
      spent = spent + #entry[2][i]
    end
  end
  usual = math.max(1, (spent - before) / math.max(1, #entries))
end
