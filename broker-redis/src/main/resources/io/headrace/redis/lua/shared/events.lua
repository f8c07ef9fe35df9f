-- Tells whoever watches this queue that jobs changed. Without watchers a PUBLISH costs about as much as asking whether there are any.
local function announce(ids)
  if #ids > 0 then
    redis.call('PUBLISH', base .. 'changed', table.concat(ids, ' '))
  end
end
