#!lua
-- run_now: put jobs at rest in line now, whatever they wait for.
-- KEYS  1 base
-- ARGV  job ids
-- Returns a word for each: DONE or MOVED (it rests nowhere). Cost: at most 9 commands per job.
local base = KEYS[1]
--@include wake
--@include promote

read_clock()

local words, any = {}, false
for i, id in ipairs(ARGV) do
  words[i] = 'MOVED'
  for _, zset in ipairs({'scheduled', 'retrying', 'parked'}) do
    if words[i] == 'MOVED' and redis.call('ZSCORE', base .. zset, id) and promote(zset, {id}) == 1 then
      words[i] = 'DONE'
      any = true
    end
  end
end
if any then
  wake()
end
return words
