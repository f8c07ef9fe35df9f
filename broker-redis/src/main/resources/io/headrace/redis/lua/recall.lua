#!lua flags=allow-oom
-- recall: tell a worker what it holds of a queue without knowing, as the answer to its claim got lost. Nobody ran that,
-- so a new fencing token will do where none is on record.
-- KEYS  1 base
-- ARGV  1 worker  2 how many jobs it has room for  3 the greatest fencing token that it was told of
--       then per level: level, the newest entry that it was told of, or ''
-- Returns {now ms, chunks, cancelled ids, fencing token}, chunks as claim.lua does, with a fencing token for each
-- entry. Cost: 2 commands and 2 per level that walk what the worker holds, 1 per job that it was not told of, and 6
-- where there are some.
local base = KEYS[1]
--@include ids
--@include awaited
--@include events
--@include wake
--@include token
--@include marked
--@include lease_record
--@include order

read_clock()

local LEVELS = 4
local worker, told = ARGV[1], tonumber(ARGV[3])

-- First deliveries behind the newest entry that the worker knows, others under a greater token.
local function untold(level, newest)
  local chunk = {level, {}, {}, {}, {}}
  local stream = base .. 'ready:' .. level
  local mine = redis.pcall('XPENDING', stream, 'workers', '-', '+', 100000, worker)
  if mine.err or #mine == 0 then
    return chunk
  end
  for from = 1, #mine, 1000 do
    local entries, found = {}, {}
    for n = from, math.min(#mine, from + 999) do
      entries[#entries + 1] = mine[n][1]
    end
    for n, record in ipairs(redis.call('HMGET', base .. 'running:' .. level, unpack(entries))) do
      local holder, _, token = lease_in(record or '')
      local known = record and not (holder == worker and (token or 0) > told)
        or not record and newest ~= '' and not behind(entries[n], newest)
      local entry = not known and redis.call('XRANGE', stream, entries[n], entries[n])[1]
      if entry then
        local at = #chunk[2] + 1
        chunk[2][at], chunk[3][at] = entry, mine[from + n - 1][4]
        chunk[4][at], chunk[5][at] = lost_in(record or ''), token or 0
        found[#found + 1] = entries[n]
      end
    end
    if #found > 0 then
      found[#found + 1] = 'JUSTID'
      redis.call('XCLAIM', stream, 'workers', worker, 0, unpack(found)) -- a full lease from now, as every claim gives
    end
  end
  return chunk
end

local chunks, ids = {}, {}
local fence = 0
for i = LEVELS, #ARGV, 2 do
  local chunk = untold(ARGV[i], ARGV[i + 1])
  if #chunk[2] > 0 then
    fence = fence > 0 and fence or next_token(now_ms)
    for n, token in ipairs(chunk[5]) do
      chunk[5][n] = token > 0 and token or fence
      ids[#ids + 1] = id_of(chunk[1], chunk[2][n])
    end
    chunks[#chunks + 1] = chunk
  end
end
if #ids > 0 and soon(redis.call('HGET', base .. 'settings', 'watched_until_ms'), AWAITED_MS) then
  announce(ids)
end
if #ids > 0 and #ids >= tonumber(ARGV[2]) then
  wake() -- there may be more than this worker can take
end
return {now_ms, chunks, marked(ids), fence}
