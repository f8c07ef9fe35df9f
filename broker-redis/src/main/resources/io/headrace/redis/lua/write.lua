#!lua flags=allow-oom
-- write: run one command although Redis is full. For what operators need to make room, and what they did; all of it is
-- small.
-- KEYS  1 the key of the command
-- ARGV  1 its name, then what follows the key
-- Returns what the command does. Cost: 1 command.
return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))
