#!lua flags=allow-oom
-- claim: lease jobs of one queue to a worker.
-- KEYS  1 base
-- ARGV  1 worker  2 at most  3 lease ms  4 '1' to lease nothing while there are jobs that fell due  5 '1' to claim from
--       a paused queue, too  6 how many entries of a level are read here at most
--       then the levels, in the order in which they are asked
-- Returns {now ms, wait, chunks, fencing token, rest, missing, cancelled ids, watched}, as far as there is something to
-- say: each list in an answer costs as much as a command. wait is the ms until the next job falls due, '' when none
-- will, 'DUE' when nothing was leased because some did: see promote_due.lua. A chunk is {level, entries}, all of first
-- deliveries, or {level, entries, deliveries, lost deliveries}, which are released jobs, and come first; all have the
-- fencing token of the answer. rest is {level, how many}: there may be more for this worker than is worth carrying
-- through a script, which costs thrice what reading directly does; the caller reads so many entries of that level with
-- XREADGROUP. missing is 1 when a level has no group yet. watched is 1 when somebody looks at this queue, who is then
-- told of those, too. Cost: 4 commands and 1 per level, and 2 when it leases something; where not all is plain up to 8
-- more and 2 per level.
local base = KEYS[1]
--@include clock
--@include token
--@include wake

read_clock()

local LEVELS = 7
local worker, most, lease_ms = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local settings = redis.call('HMGET', base .. 'settings', 'paused', 'watched_until_ms')
-- Whether anything is set aside: due later, to be cancelled, or on record as renewed, handed back or delivered again.
local some_aside = redis.call('EXISTS', base .. 'cancelled', base .. 'cancelling', base .. 'scheduled',
  base .. 'retrying', base .. 'parked', base .. 'running:h', base .. 'running:n', base .. 'running:l') > 0
local usual_ms = redis.call('HGET', base .. 'leases', worker)

-- A plain claim, which almost all are, is done here, before anything is built that others need. It hands out nothing
-- but first deliveries, under the worker's usual lease, which nobody watches; numbers stay the texts that they came as,
-- as Lua takes as long to write one as a command does. A level that cannot be read is passed over where another yields
-- jobs, and else looked at again by the code below.
local some_watch = settings[2] and (tonumber(settings[2]) or 0) > now_ms
if not (some_aside or some_watch or settings[1] == '1') and usual_ms == lease_ms and most > 0 then
  local left, here, chunks, rest, all_read = most, tonumber(ARGV[6]), {}, nil, true
  for i = LEVELS, #ARGV do
    local level, whole_page = ARGV[i], left >= here
    local reply = redis.pcall('XREADGROUP', 'GROUP', 'workers', worker, 'COUNT',
      whole_page and ARGV[6] or left == most and ARGV[2] or left, 'STREAMS', base .. 'ready:' .. level, '>')
    if reply and reply.err then
      all_read = false
    elseif reply then
      local entries = reply[1][2]
      chunks[#chunks + 1] = {level, entries}
      left = left - #entries
      rest = left > 0 and whole_page and #entries == here and {level, left} or nil
    end
    if left == 0 or rest then break end
  end
  if #chunks > 0 then
    local fence = next_token(now_ms)
    if left == 0 or rest then
      wake() -- there may be more than this worker can take
    end
    return {now_ms, '', chunks, fence, rest}
  elseif all_read then
    return {now_ms, '', chunks, 0}
  end
end
--@include careful_claim
