-- What the checks of the doctor share. Each looks at some items by name; all it looks at is one instant, so a job on
-- the move is never seen in two places or in none. An item that is not there any more is passed over. ARGV[1] is '1' to
-- repair, too.
local repair = ARGV[1] == '1'
local violations = {}

-- position counts items from 1; word is a name of Defect
local function violated(position, word, detail)
  violations[#violations + 1] = {position, word, detail or ''}
end
