--@include verdicts

-- What verdicts say of each job.
local unrolled
local function unroll()
  unrolled = {}
  for i = PLACES + 1, #ARGV, 2 do
    for _ = 1, tonumber(ARGV[i + 1]) do
      unrolled[#unrolled + 1] = ARGV[i]
    end
  end
end

-- Of the job at this position: place, deliveries, and the rest, nil when it is plain.
local function place_of(n)
  if not unrolled then unroll() end
  if plain then
    return unrolled[n], 1
  end
  local place, deliveries, rest = string.match(unrolled[n], '^(.-);(%d+);(.*)$')
  return place or unrolled[n], tonumber(deliveries or 1), rest
end

-- Of a job that is not plain: '1' if it was promoted before, '1' if its handler may have said something, its own
-- retention in ms, its unique key.
local function extras(rest)
  return string.match(rest, '^(.),(.),(%d*),(.*)$')
end

-- Positions of stale writes, from 1. A write that was carried out before, and is repeated because its answer got lost,
-- finds its own document in place and is not stale.
local function stale(refused, find_document)
  local positions = {}
  for _, n in ipairs(refused) do
    if find_document(n, ARGV[PAIRS + 2 * n - 1]) ~= ARGV[PAIRS + 2 * n] then
      positions[#positions + 1] = n
    end
  end
  return positions
end
