-- The lease of a job is its entry in the group's pending list, which names its holder and counts its deliveries. A first delivery writes
-- nothing else. An entry that was renewed, handed back or delivered again has a record as well, in the hash 'running:<level>':
--   <entry id> -> <worker>,<deliveries>,<start ms>,<lease ms>,<fencing token>;<the same of a lost delivery>;...
-- newest first; an empty first place says that nobody holds it. So without a record the first who was given the entry still holds it,
-- unless it is pending no more.

-- Whether a writer is the holder that the record names, or the first there was. A plain find at the first place allocates nothing,
-- where comparing a prefix would make a string per job.
local function holds(record, worker, deliveries)
  if not record then return deliveries == 1 end
  return string.find(record, worker .. ',' .. deliveries .. ',', 1, true) == 1
end
