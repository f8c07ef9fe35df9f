-- The lease of a job is its entry in the group's pending list; the hash 'running:<level>' says who holds it:
--   <entry id> -> <worker>,<deliveries>,<start ms>,<lease ms>,<fencing token>;<the same of a lost delivery>;...
-- newest first. A write counts only if the newest holder is the writer, in the same delivery.

local function token(worker, deliveries)
  return worker .. ',' .. deliveries .. ','
end

-- A plain find at the first place allocates nothing, where comparing a prefix would make a string per job.
local function holds(value, token_of_writer)
  return value and string.find(value, token_of_writer, 1, true) == 1
end
