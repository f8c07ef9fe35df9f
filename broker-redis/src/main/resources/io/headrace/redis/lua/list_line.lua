#!lua flags=no-writes
-- list_line: a page of the jobs of one level that wait in line or run.
-- KEYS  1 base
-- ARGV  1 level  2 'queued', 'released' or 'running'  3 behind this entry id, '-' from the start  4 at most
-- Returns {next entry id or '', entries, holders}. There are fewer than asked for when
-- they are more than a MiB. Cost: 5 commands, 1 for each 16 jobs in line, 2 for each that is released or runs.
local base = KEYS[1]
--@include delivered
--@include holder
--@include affordable
local level, what, most = ARGV[1], ARGV[2], tonumber(ARGV[4])
local stream = base .. 'ready:' .. level
local from = ARGV[3] == '-' and '-' or '(' .. ARGV[3]

if what == 'queued' then
  local delivered = '0-0'
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for _, group in ipairs(groups.err and {} or groups) do
    for i = 1, #group, 2 do
      if group[i] == 'last-delivered-id' then
        delivered = group[i + 1]
      end
    end
  end
  local function parts(entry)
    local ms, seq = string.match(entry, '^(%d+)-(%d+)$')
    return tonumber(ms), tonumber(seq)
  end
  local behind = delivered
  if ARGV[3] ~= '-' then
    local cursor_ms, cursor_seq = parts(ARGV[3])
    local delivered_ms, delivered_seq = parts(delivered)
    if cursor_ms > delivered_ms or (cursor_ms == delivered_ms and cursor_seq > delivered_seq) then
      behind = ARGV[3]
    end
  end
  local entries, ask = {}, affordable(most)
  while ask > 0 do
    local page = redis.call('XRANGE', stream, '(' .. behind, '+', 'COUNT', ask)
    for _, entry in ipairs(page) do
      entries[#entries + 1] = entry
    end
    if #page < ask then
      return {'', entries, {}}
    end
    behind = page[#page][1]
    spend(page)
    ask = affordable(most - #entries)
  end
  return {behind, entries, {}}
end

local pending, seen_ms = in_one_ms(function()
  if what == 'released' then
    return redis.pcall('XPENDING', stream, 'workers', from, '+', most, 'released')
  end
  return redis.pcall('XPENDING', stream, 'workers', from, '+', most)
end)
if pending.err then
  return {'', {}, {}}
end
local entries, holders = {}, {}
for _, p in ipairs(pending) do
  local found = redis.call('XRANGE', stream, p[1], p[1])[1]
  if found and (what == 'released') == (p[2] == 'released') then
    entries[#entries + 1] = found
    local record = redis.call('HGET', base .. 'running:' .. level, p[1])
    holders[#holders + 1] = what == 'running' and holder(record, p, seen_ms) or record or ''
    spend({found})
    if affordable(1) == 0 then
      return {p[1], entries, holders}
    end
  end
end
return {#pending == most and pending[#pending][1] or '', entries, holders}
