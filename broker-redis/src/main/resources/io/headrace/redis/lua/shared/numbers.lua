-- A whole number that somebody stored, or the fallback when it is none: what was written by hand stops no queue.
local function whole(text, fallback)
  if text and #text <= 16 and string.match(text, '^%-?%d+$') then
    return tonumber(text)
  end
  return fallback
end

-- Counts a field of a hash up; one that is no number begins anew. What is no hash is left alone. (To write a number out
-- takes Lua half as long as the command.)
local function count_up(hash, field, n)
  local now = redis.pcall('HINCRBY', hash, field, n == 1 and '1' or n)
  if type(now) == 'table' then
    redis.pcall('HDEL', hash, field)
    now = redis.pcall('HINCRBY', hash, field, n)
  end
  return type(now) == 'number' and now or n
end
