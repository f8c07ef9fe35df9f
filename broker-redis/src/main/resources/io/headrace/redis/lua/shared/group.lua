-- The group of a ready stream.

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
