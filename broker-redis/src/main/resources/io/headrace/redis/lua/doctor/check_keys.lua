#!lua flags=allow-oom
-- check_keys: whether keys that stand for one thing each are of the right type, still needed, and expire if they
-- should.
-- KEYS  1 base
-- ARGV  1 '1' to repair, then per key: kind, the rest of its name, type, expiry to set when it has none, ms or '',
--      bucket of a document
-- Returns {position, violation, detail} for each: WRONG_TYPE, NO_EXPIRY, DOCUMENT_WITHOUT_INDEX (see adopt.lua),
-- DOCUMENT_EXPIRES, DOCUMENT_AND_FINISHED, REST_AND_FINISHED, ADDRESS_STALE, LOCK_STALE, LOCK_EXPIRES, WORDS_ORPHANED,
-- KEPT_COUNT, BUCKET_UNLISTED. Cost: at most 12 commands per key.
local base = KEYS[1]
--@include violations
--@include job_place
--@include logs

local WIDTH, FIRST = 5, 2
local HELD_MS = 30000 -- what is held for somebody who waited goes by itself

local function check_document(n, key, id, bucket)
  local index = index_of(id)
  local expires = redis.call('PTTL', key) >= 0
  if not index and expires then return end -- finished, with a retention of its own
  local finished = redis.call('HEXISTS', base .. 'finished:' .. bucket, id) == 1
  if index and expires then
    violated(n, 'DOCUMENT_EXPIRES', index)
    if repair then
      redis.call('PERSIST', key)
    end
  end
  if index and finished then
    violated(n, 'REST_AND_FINISHED', index)
  elseif finished then
    violated(n, 'DOCUMENT_AND_FINISHED')
    if repair then
      redis.call('DEL', key)
    end
  elseif not index and not live_entry(id) then
    violated(n, 'DOCUMENT_WITHOUT_INDEX')
  end
end

local function check_address(n, key, id)
  if not entry_named(redis.call('GET', key), id) then
    violated(n, 'ADDRESS_STALE')
    if repair then
      redis.call('DEL', key)
    end
  end
end

local function check_lock(n, key)
  local id = redis.call('GET', key)
  if not unfinished(id) then
    violated(n, 'LOCK_STALE', id)
    if repair then
      redis.call('DEL', key)
    end
  elseif redis.call('PTTL', key) >= 0 then
    violated(n, 'LOCK_EXPIRES', id)
    if repair then
      redis.call('PERSIST', key)
    end
  end
end

-- What a handler said is of use as long as its job is on record.
local function check_owner(n, key, id, bucket, kind)
  local on_record = live_entry(id) or index_of(id) or redis.call('EXISTS', base .. 'job:' .. id) == 1
    or redis.call('HEXISTS', base .. 'finished:' .. bucket, id) == 1
  local left_ms = redis.call('PTTL', key)
  if not on_record and (left_ms == -1 or left_ms > HELD_MS) then
    violated(n, 'WORDS_ORPHANED')
    if repair and kind == 'log:' then
      drop_logs({id})
    end
    if repair then
      redis.call('DEL', key)
    end
  end
end

local function check_bucket(n, key, bucket)
  local kept, documents = tonumber(redis.call('HGET', base .. 'kept', bucket) or '0'), redis.call('HLEN', key)
  if kept ~= documents then
    violated(n, 'KEPT_COUNT', string.format('%d counted, %d there', kept, documents))
    if repair then
      redis.call('HSET', base .. 'kept', bucket, documents)
      redis.call('HINCRBY', base .. 'kept', 'total', documents - kept)
    end
  end
  if not redis.call('ZSCORE', base .. 'finished', bucket) and not redis.call('ZSCORE', base .. 'late', bucket) then
    violated(n, 'BUCKET_UNLISTED')
    if repair then
      redis.call('ZADD', base .. 'finished', bucket, bucket)
    end
  end
end

for i = FIRST, #ARGV, WIDTH do
  local n = (i - FIRST) / WIDTH + 1
  local kind, rest, type, expiry_ms, bucket = unpack(ARGV, i, i + 4)
  local key = base .. kind .. rest
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= type then
    violated(n, 'WRONG_TYPE', found .. ' instead of ' .. type)
  elseif found ~= 'none' then
    if kind == 'job:' then
      check_document(n, key, rest, bucket)
    elseif kind == 'entry:' then
      check_address(n, key, rest)
    elseif kind == 'log:' or kind == 'progress:' then
      check_owner(n, key, rest, bucket, kind)
    elseif kind == 'unique:' then
      check_lock(n, key)
    elseif kind == 'finished:' then
      check_bucket(n, key, rest)
    end
    if expiry_ms ~= '' and redis.call('PTTL', key) == -1 then
      violated(n, 'NO_EXPIRY')
      if repair then
        redis.call('PEXPIRE', key, expiry_ms)
      end
    end
  end
end
return violations
