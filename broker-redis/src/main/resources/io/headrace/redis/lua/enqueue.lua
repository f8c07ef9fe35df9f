#!lua
-- enqueue: store a job that a bare XADD cannot: one with a delay, a uniqueness key or an Idempotency-Key, or of a queue
-- whose line is bounded.
-- KEYS  1 base
-- ARGV  1 queue  2 level  3 document  4 delay ms or ''  5 run at, epoch ms, or ''  6 unique key or ''  7 idempotency
--       key or ''  8 fingerprint  9 lifetime of the idempotency key, ms  10 '1' if its end is waited for  11 '1' if the
--       ids of this level are ahead of the time
-- Returns {QUEUED | SCHEDULED | DUPLICATE | REPLAYED, id, when the job was accepted where its id does not tell, epoch
-- ms, else ''} or {CONFLICT, '', ''}, {MISSING, '', ''} when there is no such queue, {FULL, how many may wait, ''}.
-- Cost: at most 10 commands, 7 more where somebody holds the uniqueness key, and 4 more for a job that is waited for;
-- with a bounded line 3 more while it is short, and up to 11 when it is not.
local base = KEYS[1]
--@include backlog
--@include ids
--@include awaited
--@include job_place
--@include wake

read_clock()

-- The answer to the sender.
local function answer(word, id)
  if ARGV[10] == '1' then
    await(id)
  end
  return {word, id, word == 'QUEUED' and ARGV[11] == '1' and string.format('%.0f', now_ms) or ''}
end

local queue, level, document = ARGV[1], ARGV[2], ARGV[3]
local settings = redis.call('HMGET', base .. 'settings', 'created_ms', 'max_backlog')
if not settings[1] then
  return {'MISSING', '', ''}
end
local idempotency = base .. 'idem:' .. ARGV[7]
if ARGV[7] ~= '' then
  local seen = redis.pcall('GET', idempotency)
  if seen then
    if type(seen) == 'string' then
      -- A wait for replicas or the disk waits for the writes of its own client.
      redis.call('SET', idempotency, seen, 'KEEPTTL')
    end
    local fingerprint, id, word = string.match(type(seen) == 'string' and seen or '', '^(%S*) (%S+) (%u+)$')
    if fingerprint ~= ARGV[8] or not is_id(id) then -- what cannot be read might be this request: it must not run twice
      return {'CONFLICT', '', ''}
    end
    return answer(word, id)
  end
end

local function remember(id, word)
  if ARGV[7] ~= '' then
    redis.call('SET', idempotency, ARGV[8] .. ' ' .. id .. ' ' .. word, 'PX', ARGV[9])
  end
end

local lock = base .. 'unique:' .. ARGV[6]
if ARGV[6] ~= '' then
  local holder = redis.pcall('GET', lock)
  -- Anything else belongs to nobody who could free it; so does the lock of a job that was lost, or could not be read at
  -- its end.
  if type(holder) == 'string' and is_id(holder) and unfinished(holder) then
    redis.call('SET', lock, holder) -- written again for the same reason
    remember(holder, 'DUPLICATE') -- the same request gets the same answer, also after the holder has ended
    return answer('DUPLICATE', holder)
  end
end

local limit = backlog_limit(settings[2])
if limit > 0 and line_is_full(limit) then
  return {'FULL', string.format('%.0f', limit), ''}
end

local due_ms = now_ms
if ARGV[4] ~= '' then
  due_ms = now_ms + tonumber(ARGV[4])
elseif ARGV[5] ~= '' then
  due_ms = tonumber(ARGV[5])
end

local word, id
if due_ms <= now_ms then
  local stream, entry = base .. 'ready:' .. level, nil
  if ARGV[11] == '1' then
    entry = redis.call('XADD', stream, '*', 'job', document, 'at', string.format('%.0f', now_ms))
  else
    entry = redis.call('XADD', stream, '*', 'job', document)
  end
  word, id = 'QUEUED', queue .. '_' .. level .. entry
  wake()
else
  local sequence = redis.pcall('INCR', base .. 'sequence')
  if type(sequence) == 'table' or sequence < 1 or sequence > 1e15 then
    sequence = 1 -- it was no number; the milliseconds before it tell the ids apart
    redis.call('SET', base .. 'sequence', '1')
  end
  word, id = 'SCHEDULED', string.format('%s_%ss%.0f-%.0f', queue, level, now_ms, sequence)
  redis.call('SET', base .. 'job:' .. id, document)
  redis.call('ZADD', base .. 'scheduled', string.format('%.0f', due_ms), id)
  if redis.call('ZRANGE', base .. 'scheduled', 0, 0)[1] == id then
    wake() -- idle workers sleep until the earliest due time they know of; this one is earlier
  end
end
if ARGV[6] ~= '' then
  redis.call('SET', lock, id) -- for as long as the job has not ended
end
remember(id, 'REPLAYED')
return answer(word, id)
