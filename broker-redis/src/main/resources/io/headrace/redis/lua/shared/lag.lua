-- The lag of the group of a ready stream: how many entries it has not delivered yet.
--@include group
--@include order

-- Whether the lag will stay unknown. While only the last delivered entry has been deleted, and an older one not, Redis
-- does not tell the lag either, but knows it again with the next delivery.
local function lag_is_lost(stream, group)
  return not group['lag'] and (not group['entries-read']
    or behind(named_values(redis.call('XINFO', 'STREAM', stream))['max-deleted-entry-id'], group['last-delivered-id']))
end

-- Sets right what Redis computes the lag from. Every delivered entry is pending until it is deleted, so those not
-- delivered are all that are not pending. The mark of the last deletion goes: an undelivered entry deleted makes the
-- lag unknown until it is passed.
local function mend_lag(stream)
  local group = group_of(stream)
  if not group then return end
  local info = named_values(redis.call('XINFO', 'STREAM', stream))
  local read = info['entries-added'] - (info['length'] - group['pending'])
  if info['max-deleted-entry-id'] ~= '0-0' then
    redis.call('XSETID', stream, info['last-generated-id'], 'ENTRIESADDED', info['entries-added'],
      'MAXDELETEDID', '0-1')
  end
  redis.call('XGROUP', 'SETID', stream, 'workers', group['last-delivered-id'], 'ENTRIESREAD', read)
end
