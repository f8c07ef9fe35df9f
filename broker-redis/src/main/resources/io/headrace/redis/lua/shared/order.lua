-- The order of entry ids.

-- Of whole numbers of any length, without leading zeros.
local function greater(one, other)
  if #one ~= #other then
    return #one > #other
  end
  return one > other
end

-- Whether the first of two entry ids comes after the other, as Redis orders them.
local function behind(one, other)
  local one_ms, one_seq = string.match(one, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  if one_ms ~= other_ms then
    return greater(one_ms, other_ms)
  end
  return greater(one_seq, other_seq)
end
