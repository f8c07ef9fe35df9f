#!lua flags=allow-oom
-- missing_rights: which of the commands that Headrace calls the user may not run.
-- KEYS  1 a key of its own, which is there while this runs
-- ARGV  1 a channel on which nobody listens to anything
-- Returns what is missing as ACL SETUSER spells it: '+<command>' each, '&' for the channel. Cost: as many commands as
-- it asks about, about 70, once a start.
local key, channel = KEYS[1], ARGV[1]
local missing = {}

-- Whether it is refused as such; any other error comes after the rights have been looked at.
local function try(name, ...)
  local answer = redis.pcall(...)
  local why = type(answer) == 'table' and answer.err or ''
  if string.find(why, "script can't run", 1, true) or string.find(why, 'no permissions to run', 1, true) then
    missing[#missing + 1] = '+' .. name
  elseif string.find(why, 'channel', 1, true) then
    missing[#missing + 1] = '&'
  end
end

-- A text first: what wants something else there is refused for its type, and changes nothing.
try('set', 'SET', key, '1', 'PX', 1000)
for _, name in ipairs({'get', 'mget', 'strlen', 'exists', 'type', 'pttl', 'persist', 'hgetall', 'hlen', 'hvals',
  'scard', 'smembers', 'srandmember', 'zcard', 'llen', 'xlen'}) do
  try(name, string.upper(name), key)
end
for _, name in ipairs({'expire', 'pexpire'}) do
  try(name, string.upper(name), key, 1000)
end
for _, name in ipairs({'hget', 'hdel', 'hmget', 'hexists', 'hscan', 'hrandfield', 'zrandmember', 'sadd', 'srem',
  'sismember', 'smismember', 'sscan', 'zrem', 'zscore', 'zmscore', 'zscan', 'lpush', 'xdel'}) do
  try(name, string.upper(name), key, 1)
end
for _, name in ipairs({'hset', 'hsetnx', 'hincrby', 'zadd', 'zcount', 'zrange', 'zrevrange', 'zrangebyscore',
  'zrevrangebyscore', 'zremrangebyscore', 'ltrim', 'xrange', 'xrevrange', 'xack'}) do
  try(name, string.upper(name), key, 1, 1)
end
for _, name in ipairs({'zdiff', 'zinter'}) do
  try(name, string.upper(name), 1, key)
end
try('smove', 'SMOVE', key, key, 1)
try('xadd', 'XADD', key, 'NOMKSTREAM', '*', 'a', 1)
try('xtrim', 'XTRIM', key, 'MAXLEN', 0)
try('xclaim', 'XCLAIM', key, 'workers', 'a', 0, '1-1')
try('xpending', 'XPENDING', key, 'workers')
try('xread', 'XREAD', 'STREAMS', key, 0)
try('xreadgroup', 'XREADGROUP', 'GROUP', 'workers', 'a', 'STREAMS', key, '>')
try('xsetid', 'XSETID', key, '1-1')
try('xgroup|create', 'XGROUP', 'CREATE', key, 'workers', 0)
try('xgroup|setid', 'XGROUP', 'SETID', key, 'workers', 0)
try('xgroup|delconsumer', 'XGROUP', 'DELCONSUMER', key, 'workers', 'a')
try('xinfo|stream', 'XINFO', 'STREAM', key)
try('xinfo|groups', 'XINFO', 'GROUPS', key)
try('xinfo|consumers', 'XINFO', 'CONSUMERS', key, 'workers')
try('mset', 'MSET', key, '1')
try('incr', 'INCR', key)
try('getdel', 'GETDEL', key)
try('del', 'DEL', key)
try('unlink', 'UNLINK', key)
try('time', 'TIME')
try('info', 'INFO', 'server')
try('dbsize', 'DBSIZE')
try('scan', 'SCAN', 0, 'COUNT', 1)
try('publish', 'PUBLISH', channel, '')
return missing
