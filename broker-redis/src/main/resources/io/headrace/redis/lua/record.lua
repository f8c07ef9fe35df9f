#!lua flags=allow-oom
-- record: add to what is on record about operators, and when; ids can be ahead of the time.
-- KEYS  1 audit STREAM
-- ARGV  1 how many entries to keep, or a few more  2 the entry, JSON
-- Returns the id of the entry. Cost: 2 commands.
--@include clock

read_clock()
return redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'entry', ARGV[2], 'at', string.format('%.0f', now_ms))
