--@include clock

-- Buckets of ids that are ahead of the clock, which was ahead when they were given: what is true up to one of them is
-- not true up to now.
local AHEAD = 10 -- tenths of a second

local function is_ahead(bucket)
  return tonumber(bucket) > math.floor(now_ms / 100) + AHEAD
end
