--@include numbers
--@include clock

-- For so long after the last word of one who waits for jobs, or looks at a queue, it is told of them.
local AWAITED_MS = 60000

-- Whether an instant of the near future was set: one that is far off comes from a clock that was wrong.
local function soon(text, at_most_ms)
  local ms = whole(text, 0)
  return ms > now_ms and ms <= now_ms + at_most_ms
end
