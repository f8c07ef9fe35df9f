-- The group of a ready stream, and its lag: how many entries it has not delivered yet.

local function named_values(flat)
  local all = {}
  for i = 1, #flat, 2 do
    all[flat[i]] = flat[i + 1]
  end
  return all
end

-- What XINFO tells of the group, nil when there is none.
local function group_of(stream)
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for _, flat in ipairs(groups.err and {} or groups) do
    local group = named_values(flat)
    if group['name'] == 'workers' then
      return group
    end
  end
end

-- Compares two entry ids as Redis does.
local function behind(one, other)
  local one_ms, one_seq = string.match(one, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  if one_ms ~= other_ms then
    return tonumber(one_ms) > tonumber(other_ms)
  end
  return tonumber(one_seq) > tonumber(other_seq)
end

-- Whether the lag will stay unknown. While only the last delivered entry has been deleted, and an older one not, Redis does not tell
-- the lag either, but knows it again with the next delivery.
local function lag_is_lost(stream, group)
  return not group['lag'] and (not group['entries-read']
    or behind(named_values(redis.call('XINFO', 'STREAM', stream))['max-deleted-entry-id'], group['last-delivered-id']))
end

-- Sets right what Redis computes the lag from. Every delivered entry is pending until it is deleted, so those not delivered are all
-- that are not pending. The mark of the last deletion goes: an undelivered entry deleted makes the lag unknown until it is passed.
local function mend_lag(stream)
  local group = group_of(stream)
  if not group then return end
  local info = named_values(redis.call('XINFO', 'STREAM', stream))
  local read = info['entries-added'] - (info['length'] - group['pending'])
  if info['max-deleted-entry-id'] ~= '0-0' then
    redis.call('XSETID', stream, info['last-generated-id'], 'ENTRIESADDED', info['entries-added'], 'MAXDELETEDID', '0-1')
  end
  redis.call('XGROUP', 'SETID', stream, 'workers', group['last-delivered-id'], 'ENTRIESREAD', read)
end
