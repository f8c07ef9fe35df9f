--@include clock

-- When pending entries were delivered. Redis tells only how long ago that was, by a clock which some versions go on
-- reading while a script runs: two readings of it make two times of one delivery. So both are read in one millisecond.
local TRIES = 10

-- What look, which asks for pending entries, returns, and the millisecond in which it did; where none is long enough,
-- about that.
local function in_one_ms(look)
  local before = read_clock()
  for _ = 1, TRIES do
    local found = look()
    local after = read_clock()
    if after == before then
      return found, after
    end
    before = after
  end
  return look(), before
end
