-- R4's collector: order books and trades of several markets, as CSV in parts of 5 MB. Rows are only ever added; a book
-- that has a gap is asked for again, and its first row says so.
--
--     perigee lua examples/lighter/collector.lua --markets ETH,BTC,PAXG --folder lighter_data
local lighter = require "perigee.lighter"

local sdk = require "perigee.sdk"

local client, options = lighter.program { doc = "Collects order books and trades as CSV.",
  { name = "markets", env = "CRYPTO_TICKERS", default = "ETH,BTC,PAXG,ASTER", doc = "symbols (or CRYPTO_TICKERS)" },
  { name = "folder", value = "PATH", default = "lighter_data", doc = "which must exist" },
  { name = "seconds", number = true, default = 0, doc = "then it ends; 0: never" },
  { name = "part-mb", number = true, default = 5, doc = "size of a part" },
  { name = "flush-s", number = true, default = 5, doc = "rows reach the disk so often" },
}
local LEVELS, SEEN = 10, 10000

local function timestamp(ms)
  return os.date("!%Y-%m-%dT%H:%M:%S", math.floor(ms / 1000)) .. (".%03dZ"):format(ms % 1000)
end

-- Parts kind_SYM_partNNNNNN.csv; goes on behind the last one that is there.
local function writer(kind, symbol, header)
  local w = { number = 0, rows = 0 }
  local function path() return ("%s/%s_%s_part%06d.csv"):format(options.folder, kind, symbol, w.number) end
  local function open_part()
    w.file = assert(io.open(path(), "w"))
    w.file:write(header, "\n")
    w.size = 0
  end
  local function exists()
    local file = io.open(path())
    if file then file:close() end
    return file ~= nil
  end
  while exists() do w.number = w.number + 1 end
  open_part()
  function w.add(row)
    assert(w.file:write(row, "\n"))
    w.rows, w.size = w.rows + 1, w.size + #row + 1
    if w.size < options.part_mb * 1e6 then return end
    assert(w.file:close())
    w.number = w.number + 1
    open_part()
  end
  return w
end

local function book_header()
  local cells = { "timestamp", "offset", "gap" }
  for _, side in ipairs { "bid", "ask" } do
    for i = 0, LEVELS - 1 do
      cells[#cells + 1] = ("%s_price_%d"):format(side, i)
      cells[#cells + 1] = ("%s_size_%d"):format(side, i)
    end
  end
  return table.concat(cells, ",")
end

local function book_cells(book)
  local cells = {}
  for _, side in ipairs { "bids", "asks" } do
    local levels = book:levels(side, LEVELS)
    for i = 1, LEVELS do
      local level = levels[i] or { price = "", size = "" }
      cells[#cells + 1], cells[#cells + 2] = level.price, level.size
    end
  end
  return table.concat(cells, ",")
end

local collected = {} -- by feed
local function follow(symbol)
  local book = assert(client:book(symbol))
  local prices, seen, order = writer("prices", symbol, book_header()), {}, {}
  local trades = writer("trades", symbol, "timestamp,price,size,side,trade_id,usd_amount")
  local last, gap, known
  collected[book.feed] = function(message)
    local changed = book:take(message)
    gap = gap or changed == nil
    if not changed then return end
    local cells = book_cells(book)
    if cells == last and not gap then return end -- identical rows are left out
    prices.add(("%s,%s,%d,%s"):format(timestamp(message.received_ms), tostring(book.offset), gap and 1 or 0, cells))
    last, gap = cells, false
  end
  collected[assert(client.subscribe.trade { market = symbol })] = function(message)
    table.sort(message.trades, function(a, b) return a.trade_id < b.trade_id end)
    for _, trade in ipairs(message.trades) do
      if not seen[trade.trade_id] then
        seen[trade.trade_id], order[#order + 1] = true, trade.trade_id
        if #order > SEEN then
          known = (known or 0) + 1
          seen[order[known]], order[known] = nil, nil
        end
        trades.add(table.concat({ timestamp(trade.timestamp), trade.price, trade.size,
          trade.is_maker_ask and "buy" or "sell", trade.trade_id_str, trade.usd_amount }, ","))
      end
    end
  end
  return { prices = prices, trades = trades, symbol = symbol, book = book }
end

local list = {}
for symbol in options.markets:gmatch "[%w_/-]+" do list[#list + 1] = follow(symbol) end
local start, flushed = sdk.ticks(), sdk.ticks()
print("collecting", options.markets)
while options.seconds == 0 or sdk.ticks() - start < options.seconds do
  local message, feed, detail = client:next(1)
  if message then
    collected[feed](message)
  elseif not detail.timeout then
    print("notice", feed)
    for _, one in ipairs(list) do one.book.nonce = nil end -- the books come back whole
  end
  if sdk.ticks() - flushed >= options.flush_s then
    for _, one in ipairs(list) do
      assert(one.prices.file:flush() and one.trades.file:flush())
    end
    flushed = sdk.ticks()
  end
end
for _, one in ipairs(list) do
  assert(one.prices.file:close() and one.trades.file:close())
  print(one.symbol, one.prices.rows, one.trades.rows, one.book.gaps)
end
