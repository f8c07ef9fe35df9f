-- Tells whoever watches this queue that jobs changed. Without watchers a PUBLISH costs about as much as asking whether
-- there are any. Channels know no databases, so outside of database 0 the caller says in a second key what their names
-- start with.
local channels = KEYS[2] or base
local function announce(ids)
  if #ids > 0 then
    redis.call('PUBLISH', channels .. 'changed', table.concat(ids, ' '))
  end
end
