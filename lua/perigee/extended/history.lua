--- Recordings of Extended in the CSV layout of R1, written and read: a folder a market (eth_usd) with
--- orderbook_depth.csv, full_depth.csv, trades.csv and state.json. `perigee data` reads the same files.
--
-- Numbers of messages begin anew with each connection: what came already is told by the stream (perigee.extended), and
-- of trades by their id, also after a restart.
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local M = {}

local FLUSH_ROWS, SAVE_RECORDS = 100, 100
local LEVELS = 20

--- "eth_usd" of "ETH-USD".
---@param market string
function M.folder(market) return (market:lower():gsub("-", "_")) end

--- "2025-11-12 20:35:56.789 UTC"
local function datetime(ms)
  return os.date("!%Y-%m-%d %H:%M:%S", math.floor(ms / 1000)) .. (".%03d UTC"):format(ms % 1000)
end

local function depth_header()
  local names = { "timestamp_ms", "datetime", "market", "seq" }
  for i = 0, LEVELS - 1 do
    for _, name in ipairs { "bid_price", "bid_qty", "ask_price", "ask_qty" } do names[#names + 1] = name .. i end
  end
  return names
end

local headers = {
  ["orderbook_depth.csv"] = depth_header(),
  ["trades.csv"] = { "timestamp_ms", "datetime", "market", "side", "price", "quantity", "trade_id", "trade_type" },
  ["full_depth.csv"] = { "timestamp_ms", "datetime", "market", "seq", "level", "side", "price", "quantity" },
}

---------------------------------------------------------------------------------------------------------- writing

---@class perigee.extended.Recorder
---@field books integer rows written by this recorder
---@field trades integer
local Recorder = {}
Recorder.__index = Recorder

local function open_file(path, header)
  local known = io.open(path, "rb")
  local is_empty = not known or known:seek "end" == 0
  if known then known:close() end
  local file, why = io.open(path, "ab")
  if not file then return nil, why end
  if is_empty then file:write(table.concat(header, ","), "\n") end
  return { file = file, rows = {} }
end

local function flush(out)
  if #out.rows == 0 then return end
  assert(out.file:write(table.concat(out.rows, "\n"), "\n"))
  assert(out.file:flush())
  out.rows = {}
end

local function put(out, cells)
  out.rows[#out.rows + 1] = table.concat(cells, ",")
  if #out.rows >= FLUSH_ROWS then flush(out) end
end

local function read_state(path)
  local file = io.open(path, "rb")
  if not file then return { books = 0, trades = 0 } end
  local state, why = json.decode(file:read "*a")
  file:close()
  if type(state) ~= "table" then return nil, path .. ": " .. (why or "it is no object") end
  return state
end

--- Records into an existing folder, going on with what is there. full: full_depth.csv, too.
---@param folder string
---@param market string
---@param full? boolean
---@return perigee.extended.Recorder? recorder, string? error
function M.recorder(folder, market, full)
  local state, why = read_state(folder .. "/state.json")
  if not state then return nil, why end
  local self = setmetatable({ folder = folder, market = market, state = state, out = {}, records = 0, books = 0,
    trades = 0 }, Recorder)
  for name, header in pairs(headers) do
    if full or name ~= "full_depth.csv" then
      self.out[name], why = open_file(folder .. "/" .. name, header)
      if not self.out[name] then return nil, why end
    end
  end
  return self
end

--- Writes what waits, and where it stands. The state is replaced as a whole: a crash leaves the old one.
function Recorder:save()
  for _, out in pairs(self.out) do flush(out) end
  assert(sdk.write_file(self.folder .. "/state.json", json.encode(self.state) .. "\n"))
end

local function count(self)
  self.records = self.records + 1
  if self.records % SAVE_RECORDS == 0 then self:save() end
end

--- A book as it stands (perigee.extended.Book), with the number of the message that made it. False when it is older
--- than the last one: a connection begins with a snapshot that is up to a minute old.
function Recorder:book(book, seq)
  if book.time_ms < (self.state.last_book_ms or 0) then return false end
  local bids, asks = book:bids(LEVELS), book:asks(LEVELS)
  local start = { ("%d"):format(book.time_ms), datetime(book.time_ms), self.market, tostring(seq) }
  local row = { unpack(start) }
  for i = 1, LEVELS do
    local bid, ask = bids[i] or {}, asks[i] or {}
    for _, cell in ipairs { bid.price or "", bid.size or "", ask.price or "", ask.size or "" } do
      row[#row + 1] = cell
    end
  end
  put(self.out["orderbook_depth.csv"], row)
  if self.out["full_depth.csv"] then self:levels(start, book) end
  self.state.last_seq, self.state.last_book_ms = seq, book.time_ms
  self.state.books, self.books = self.state.books + 1, self.books + 1
  count(self)
  return true
end

function Recorder:levels(start, book)
  for side, levels in pairs { bid = book:bids(1000), ask = book:asks(1000) } do
    for i, level in ipairs(levels) do
      put(self.out["full_depth.csv"], { start[1], start[2], start[3], start[4], i - 1, side, level.price, level.size })
    end
  end
end

--- A trade of the stream. False when it is there already.
function Recorder:trade(trade)
  local last = self.state.last_trade_id
  if last and trade.i <= last then return false end
  put(self.out["trades.csv"], { ("%d"):format(trade.T), datetime(trade.T), trade.m, trade.S:lower(), trade.p, trade.q,
    json.encode(trade.i), trade.tT })
  self.state.last_trade_id, self.state.last_trade_ms = trade.i, trade.T
  self.state.trades, self.trades = self.state.trades + 1, self.trades + 1
  count(self)
  return true
end

function Recorder:close()
  self:save()
  for _, out in pairs(self.out) do out.file:close() end
end

---------------------------------------------------------------------------------------------------------- reading

--- The rows of a CSV file with a header, as tables by name; cells are texts.
local function rows(path, needed)
  local file = assert(io.open(path, "rb"))
  local names = {}
  for name in (file:read "*l" or ""):gsub("\r$", ""):gmatch "[^,]+" do names[#names + 1] = name end
  local known = {}
  for _, name in ipairs(names) do known[name] = true end
  for _, name in ipairs(needed) do
    if not known[name] then error(("%s has no column '%s'"):format(path, name), 3) end
  end
  return function()
    local line = file:read "*l"
    if not line then
      file:close()
      return nil
    end
    local row, i = {}, 0
    for cell in (line:gsub("\r$", "") .. ","):gmatch "([^,]*)," do
      i = i + 1
      if names[i] then row[names[i]] = cell end
    end
    return row
  end
end

---@class perigee.extended.PastTrade
---@field time number seconds since 1970
---@field side "buy"|"sell" of the taker
---@field price number
---@field size number

--- The trades of a trades.csv, one after the other.
---@return fun(): perigee.extended.PastTrade?
function M.trades(path)
  local next_row = rows(path, { "timestamp_ms", "side", "price", "quantity" })
  return function()
    for row in next_row do
      local time, price, size = tonumber(row.timestamp_ms), tonumber(row.price), tonumber(row.quantity)
      if time and price and size then -- the last row may be torn
        return { time = time / 1000, side = row.side:lower(), price = price, size = size }
      end
    end
  end
end

---@class perigee.extended.PastBook
---@field time number seconds since 1970
---@field bid number
---@field ask number
---@field bid_size number
---@field ask_size number

--- The best prices of an orderbook_depth.csv, one row after the other.
---@return fun(): perigee.extended.PastBook?
function M.books(path)
  local next_row = rows(path, { "timestamp_ms", "bid_price0", "ask_price0", "bid_qty0", "ask_qty0" })
  return function()
    for row in next_row do
      local book = { time = (tonumber(row.timestamp_ms) or 0) / 1000, bid = tonumber(row.bid_price0),
        ask = tonumber(row.ask_price0), bid_size = tonumber(row.bid_qty0), ask_size = tonumber(row.ask_qty0) }
      if book.time > 0 and book.bid and book.ask then return book end
    end
  end
end

--- Books and trades of a folder in the order of their times: fn(book, nil), fn(nil, trade). Of equal times the book
--- comes later: a trade meets the book that stood before it.
function M.replay(folder, fn)
  local next_book, next_trade = M.books(folder .. "/orderbook_depth.csv"), M.trades(folder .. "/trades.csv")
  local book, trade = next_book(), next_trade()
  while book or trade do
    if trade and (not book or trade.time <= book.time) then
      fn(nil, trade)
      trade = next_trade()
    else
      fn(book, nil)
      book = next_book()
    end
  end
end

return M
