#!lua flags=allow-oom
-- check_settings: whether what is set for a queue is a number in bounds; what is not counts as if it were not set.
-- KEYS  1 base
-- ARGV  1 '1' to repair, then per setting: field, the most it may be
-- Returns {position, violation, detail} for each: SETTING_BOUNDS. Cost: 1 command, 1 per setting to repair.
local base = KEYS[1]
--@include numbers
--@include violations

for i = 2, #ARGV, 2 do
  local value = redis.call('HGET', base .. 'settings', ARGV[i])
  local number = value and whole(value, -1)
  if value and (number < 0 or number > tonumber(ARGV[i + 1])) then
    violated(i / 2, 'SETTING_BOUNDS', string.sub(value, 1, 40) .. ', allowed is 0 to ' .. ARGV[i + 1])
    if repair then
      redis.call('HDEL', base .. 'settings', ARGV[i])
    end
  end
end
return violations
