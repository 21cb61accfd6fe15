--- Candles of any number, asked for in pages and kept in a file: the venue gives at most 500 at once, and leaves out
--- those in which nothing was traded.
local arguments = require "perigee.arguments"
local sdk = require "perigee.sdk"

local M = {}

local PAGE, MOST = 500, 100000
local HEADER = "timestamp_ms,open,high,low,close,volume"
local seconds_of = { ["1m"] = 60, ["5m"] = 300, ["15m"] = 900, ["30m"] = 1800, ["1h"] = 3600, ["4h"] = 14400,
  ["12h"] = 43200, ["1d"] = 86400, ["1w"] = 604800 }

---@class perigee.lighter.Candle
---@field t integer ms, its beginning
---@field o number
---@field h number
---@field l number
---@field c number
---@field v number base units

--- The candles of a file; an empty list when there is none. Raises for a file that is something else.
---@param path string
---@return perigee.lighter.Candle[]
function M.read(path)
  local file = io.open(path)
  if not file then return {} end
  local list = {}
  if file:read() ~= HEADER then error(path .. ": this is no file of candles", 0) end
  for line in file:lines() do
    local cells = {}
    for cell in line:gmatch "[^,]+" do cells[#cells + 1] = tonumber(cell) end
    if #cells ~= 6 then error(("%s:%d: no candle"):format(path, #list + 2), 0) end
    list[#list + 1] = { t = cells[1], o = cells[2], h = cells[3], l = cells[4], c = cells[5], v = cells[6] }
  end
  file:close()
  return list
end

---@return boolean? written, string? error
function M.write(path, list)
  local lines = { HEADER }
  for _, one in ipairs(list) do
    lines[#lines + 1] = ("%.0f,%.15g,%.15g,%.15g,%.15g,%.15g"):format(one.t, one.o, one.h, one.l, one.c, one.v)
  end
  return sdk.write_file(path, table.concat(lines, "\n") .. "\n")
end

--- Puts candles in where none of their time is; a later one stands for the same time, the last may have been open.
local function merge(by_time, candles)
  local added = 0
  for _, one in ipairs(candles or {}) do
    if type(one.t) == "number" and type(one.c) == "number" then
      added = added + (by_time[one.t] and 0 or 1)
      by_time[one.t] = { t = one.t, o = one.o, h = one.h, l = one.l, c = one.c, v = one.v or 0 }
    end
  end
  return added
end

--- Asks for pages from `last` backwards to `first` (ms).
local function ask(client, given, by_time, first, last)
  local step = seconds_of[given.resolution] * 1000
  while last > first do
    local from = math.max(first, last - PAGE * step)
    local answer, why = client.info.candles { market = given.market, resolution = given.resolution,
      start_timestamp = from, end_timestamp = last, count_back = PAGE }
    if not answer then return nil, why end
    merge(by_time, answer.c)
    last = from
  end
  return true
end

local function sorted(by_time, count)
  local all, list = {}, {}
  for _, one in pairs(by_time) do all[#all + 1] = one end
  table.sort(all, function(a, b) return a.t < b.t end)
  for i = math.max(1, #all - count + 1), #all do list[#list + 1] = all[i] end
  return list
end

---@class perigee.lighter.CandleArguments
---@field market string|integer
---@field resolution string
---@field count integer at most
---@field file? string where they are kept: only what is newer is asked for

--- The last candles of a market, oldest first, numbers; fewer when there are not so many.
---@param client perigee.lighter.Client
---@param given perigee.lighter.CandleArguments
---@return perigee.lighter.Candle[]? candles, string? error
function M.load(client, given)
  local seconds = seconds_of[given.resolution]
  if not seconds then arguments.misuse("candles: there is no resolution %s", tostring(given.resolution)) end
  if not (given.count >= 1 and given.count <= MOST) then arguments.misuse("candles: count is 1 to %d", MOST) end
  local now, by_time = math.floor(sdk.now_ms()), {}
  local first = now - given.count * seconds * 1000
  local kept = given.file and M.read(given.file) or {}
  merge(by_time, kept)
  if #kept > 0 then first = math.max(first, kept[#kept].t) end -- the last one was open, perhaps
  local good, why = ask(client, given, by_time, first, now)
  if not good then return nil, why end
  local list = sorted(by_time, given.count)
  if given.file then
    good, why = M.write(given.file, list)
    if not good then return nil, why end
  end
  return list
end

return M
