#!lua flags=allow-oom
-- check_line: whether jobs that have an entry are nowhere else, and their entries can be delivered and found.
-- KEYS  1 base
-- ARGV  1 '1' to repair  2 level, then per entry, in their order: entry, job id, '1' if the entry names its job, bucket
-- Returns {position, violation, detail} for each: ENTRY_AND_REST, ENTRY_AND_FINISHED, LEASE_AND_FINISHED,
-- TWO_ENTRIES, ADDRESS_MISSING, ENTRY_STRANDED. Cost: 4 commands and 1 per tenth of a second of id time; about 10 more
-- per suspect.
local base = KEYS[1]
--@include violations
--@include job_place
--@include lag
--@include wake

local level = ARGV[2]
local stream = base .. 'ready:' .. level
local WIDTH, FIRST = 4, 3

local address_keys, document_keys, buckets = {}, {}, {}
for i = FIRST, #ARGV, WIDTH do
  local id, bucket = ARGV[i + 1], ARGV[i + 3]
  address_keys[#address_keys + 1] = base .. 'entry:' .. id
  document_keys[#document_keys + 1] = base .. 'job:' .. id
  buckets[bucket] = buckets[bucket] or {}
  table.insert(buckets[bucket], id)
end
local addresses = redis.call('MGET', unpack(address_keys))
local documents = redis.call('EXISTS', unpack(document_keys)) > 0
local finished = {}
for bucket, ids in pairs(buckets) do
  for n, document in ipairs(redis.call('HMGET', base .. 'finished:' .. bucket, unpack(ids))) do
    finished[ids[n]] = document and true
  end
end
local group = group_of(stream)
local last_delivered = group and group['last-delivered-id'] or '0-0'
local pending = {}
if group and #ARGV >= FIRST then
  for _, p in ipairs(redis.call('XPENDING', stream, 'workers', ARGV[FIRST], ARGV[#ARGV - WIDTH + 1], #address_keys)) do
    pending[p[1]] = true
  end
end

local function delivered(entry)
  return not behind(entry, last_delivered)
end

-- The job has ended: it must not run again.
local function take_out(entry, id)
  local was_delivered = delivered(entry)
  redis.call('XACK', stream, 'workers', entry)
  redis.call('XDEL', stream, entry)
  redis.call('HDEL', base .. 'running:' .. level, entry)
  redis.call('SREM', base .. 'cancelled', id)
  if redis.call('GET', base .. 'entry:' .. id) == level .. entry then
    redis.call('DEL', base .. 'entry:' .. id)
  end
  if not was_delivered then
    mend_lag(stream)
  end
end

local function check_address(n, address, entry, id, named)
  if address == level .. entry or (not address and not named) then return end
  if entry_named(address, id) then
    violated(n, 'TWO_ENTRIES', address)
  elseif named then
    violated(n, 'ADDRESS_MISSING')
    if repair then
      redis.call('SET', base .. 'entry:' .. id, level .. entry)
    end
  end
end

local function check_entry(n, entry, id, named)
  if not holds_job(level, entry, id) then return end
  check_address(n, addresses[n], entry, id, named)
  local lease = pending_of(level, entry)
  local ended = finished[id]
  if redis.call('EXISTS', base .. 'job:' .. id) == 1 then
    local index = index_of(id)
    if not index and redis.call('PTTL', base .. 'job:' .. id) >= 0 then
      ended = true
    else
      violated(n, 'ENTRY_AND_REST', index or 'in no index')
    end
  end
  if ended and not waits(lease) then
    violated(n, 'LEASE_AND_FINISHED')
  elseif ended then
    violated(n, 'ENTRY_AND_FINISHED')
    if repair then
      take_out(entry, id)
    end
  elseif group and not lease and delivered(entry) then
    violated(n, 'ENTRY_STRANDED')
    if repair then
      redis.call('XCLAIM', stream, 'workers', 'released', 0, entry, 'RETRYCOUNT', 0, 'FORCE', 'JUSTID')
      redis.call('HSET', base .. 'running:' .. level, entry, ';') -- nobody holds it
      wake()
    end
  end
end

for n = 1, #address_keys do
  local i = FIRST + (n - 1) * WIDTH
  local entry, id, named = ARGV[i], ARGV[i + 1], ARGV[i + 2] == '1'
  local address = addresses[n] or (not named and level .. entry)
  if documents or finished[id] or address ~= level .. entry or (group and not pending[entry] and delivered(entry)) then
    check_entry(n, entry, id, named)
  end
end
return violations
