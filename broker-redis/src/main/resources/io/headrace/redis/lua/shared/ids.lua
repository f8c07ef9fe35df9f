-- What stands for a job of this queue. Whatever else somebody wrote into an index or an entry is no id.
local own_queue = string.match(base, '{(.*)}:$') .. '_'

local function is_id(text)
  if string.sub(text, 1, #own_queue) ~= own_queue then
    return false
  end
  local ms, sequence = string.match(string.sub(text, #own_queue + 1), '^[hnl]s?(%d+)%-(%d+)$')
  return ms ~= nil and #ms <= 15 and #sequence <= 18
end

-- The id of the job of a stream entry: that of a first entry is its address, one promoted names its job.
local function id_of(level, entry)
  local fields = entry[2]
  local id = own_queue .. level .. entry[1]
  if fields[1] ~= 'job' or #fields > 2 then
    for i = 1, #fields, 2 do
      if fields[i] == 'id' and is_id(fields[i + 1]) then
        id = fields[i + 1]
      end
    end
  end
  return id
end
