#!lua flags=no-writes
-- list_index: the next members of an index behind the one seen last, which may be gone meanwhile.
-- KEYS  1 base
-- ARGV  1 index  2 1 for the highest score first, 0 for the lowest  3 lowest score  4 highest score, or '(' and the
--       first one beyond  5 score of  the one seen last, '' to begin  6 that one  7 how many are wanted
-- Returns {1 if there are more behind them, members and their scores}. Cost: 6 commands, and 1 for each time that the
-- members with the score of the one seen can be halved.
local index, down = KEYS[1] .. ARGV[1], ARGV[2] == '1'
local score, seen = ARGV[5], ARGV[6]

-- As Redis orders members of one score. Lua's own order is that of the machine's language.
local function before(one, other)
  for i = 1, math.min(#one, #other) do
    local difference = string.byte(one, i) - string.byte(other, i)
    if difference ~= 0 then
      return difference < 0
    end
  end
  return #one < #other
end

-- Ranks count from the lowest score; wanted are those from first to before last.
local first = redis.call('ZCOUNT', index, '-inf', '(' .. ARGV[3])
local last = redis.call('ZCOUNT', index, '-inf', ARGV[4])
if score ~= '' then
  local low = redis.call('ZCOUNT', index, '-inf', '(' .. score)
  local high = redis.call('ZCOUNT', index, '-inf', score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local member = redis.call('ZRANGE', index, middle, middle)[1]
    if before(member, seen) or (member == seen and not down) then
      low = middle + 1
    else
      high = middle
    end
  end
  if down then
    last = math.min(last, low)
  else
    first = math.max(first, low)
  end
end

local count = math.min(tonumber(ARGV[7]), last - first)
if count <= 0 then
  return {0, {}}
end
local start = down and redis.call('ZCARD', index) - last or first
local page = redis.call(down and 'ZREVRANGE' or 'ZRANGE', index, start, start + count - 1, 'WITHSCORES')
return {last - first > count and 1 or 0, page}
