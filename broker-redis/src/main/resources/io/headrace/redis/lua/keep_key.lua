#!lua flags=allow-oom
-- keep_key: add a key that somebody made, unless one of its name is there that has not expired.
-- KEYS  1 keys HASH
-- ARGV  1 name  2 lifetime ms, 0 for ever  3 what is kept of it, JSON  4 the most keys
-- Returns {CREATED, now ms}, or {TAKEN}, or {FULL}. Cost: 3 commands, 1 a field once the hash is full.
--@include clock

read_clock()
local function live(value)
  local expires_ms = tonumber(string.match(value, '^(%d+) ')) or 0
  return expires_ms == 0 or expires_ms > now_ms
end
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old and live(old) then
  return { 'TAKEN' }
end
local lapsed = {}
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    if not live(all[i + 1]) then
      lapsed[#lapsed + 1] = all[i]
    end
  end
  if #lapsed == 0 then
    return { 'FULL' }
  end
end
local lifetime_ms = tonumber(ARGV[2])
local expires_ms = lifetime_ms == 0 and 0 or now_ms + lifetime_ms
if #lapsed > 0 then
  redis.call('HDEL', KEYS[1], unpack(lapsed))
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %.0f %s', expires_ms, now_ms, ARGV[3]))
return { 'CREATED', string.format('%.0f', now_ms) }
