--- Times at which nothing is quoted, or only orders that cannot take (UTC).
local M = {}

M.params = {
  quiet = { "", doc = "times without quotes, UTC: '23:55-00:10, Sat 20:00-22:00'; empty: none" },
}

local days = { Sun = 0, Mon = 1, Tue = 2, Wed = 3, Thu = 4, Fri = 5, Sat = 6 }

local function minute(hours, minutes, text)
  hours, minutes = tonumber(hours), tonumber(minutes)
  if hours > 24 or minutes > 59 or hours == 24 and minutes > 0 then
    error(("schedule: '%s' is no time of day"):format(text), 0)
  end
  return hours * 60 + minutes
end

--- Reads times: windows HH:MM-HH:MM, each optionally behind a day (Mon ... Sun), separated by commas; a window may
-- pass midnight. An error names what cannot be read.
---@param text string
---@return {day: integer?, from: integer, to: integer}[] windows in minutes of the day
function M.parse(text)
  local windows = {}
  for part in (text .. ","):gmatch "%s*([^,]-)%s*," do
    if part ~= "" then
      local day, rest = part:match "^(%a%a%a)%s+(.+)$"
      local h1, m1, h2, m2 = (rest or part):match "^(%d%d?):(%d%d)%-(%d%d?):(%d%d)$"
      if not h1 or day and not days[day] then
        error(("schedule: '%s' is no window like '23:55-00:10' or 'Sat 20:00-22:00'"):format(part), 0)
      end
      local from, to = minute(h1, m1, part), minute(h2, m2, part)
      if from == to then error(("schedule: '%s' is empty"):format(part), 0) end
      windows[#windows + 1] = { day = day and days[day], from = from, to = to }
    end
  end
  return windows
end

local function inside(window, day, at)
  if window.from < window.to then
    return at >= window.from and at < window.to and (not window.day or window.day == day)
  end
  if at >= window.from then return not window.day or window.day == day end
  return at < window.to and (not window.day or (window.day + 1) % 7 == day) -- it began the day before
end

--- Whether a time lies in one of the windows.
---@param windows {day: integer?, from: integer, to: integer}[]
---@param now number seconds since the Unix epoch
---@return boolean
function M.within(windows, now)
  if #windows == 0 then return false end
  local days_since = math.floor(now / 86400)
  local day, at = (days_since + 4) % 7, (now - days_since * 86400) / 60 -- 1970-01-01 was a Thursday
  for i = 1, #windows do
    if inside(windows[i], day, at) then return true end
  end
  return false
end

return M
