#!lua flags=allow-oom
-- writable: nothing, but as a script that may write: Redis refuses it when it refuses every write, because it follows a
-- master, its disk fails, or too few replicas follow it.
-- KEYS  1 any
-- Returns OK. Cost: no command.
return 'OK'
