-- Records a market in R1's CSV layout, which `perigee data import` and the other examples here read. Begun again, it
-- goes on where it was.
--
--     perigee lua examples/extended/collect.lua --market ETH-USD --folder data --seconds 3600
local extended = require "perigee.extended"
local history = require "perigee.extended.history"

local client, options = extended.program { doc = "Records books and trades as CSV files.",
  { name = "market", default = "ETH-USD", doc = "a market" },
  { name = "folder", value = "PATH", default = "data", doc = "in which the market gets a folder" },
  { name = "seconds", number = true, default = 60, doc = "to record for" },
  { name = "full", flag = true, doc = "every level, too (full_depth.csv)" },
}

local folder = options.folder .. "/" .. history.folder(options.market)
assert(os.execute(("mkdir -p '%s'"):format((folder:gsub("'", "'\\''")))) == 0, "no folder " .. folder)
local recorder = assert(history.recorder(folder, options.market, options.full))

local book = assert(client:book { market = options.market })
local trades = assert(client.subscribe.trades { market = options.market })

local function take_trades()
  local message, why, detail = trades:next(0)
  while message or not detail.timeout do
    if not message then print("trades", why) end
    for _, trade in ipairs(message and message.data or {}) do recorder:trade(trade) end
    message, why, detail = trades:next(0)
  end
end

local until_s = os.time() + options.seconds
while os.time() < until_s do
  local what, why, detail = book:next(0.5)
  if what == "snapshot" or what == "change" then
    recorder:book(book, book.seq)
  elseif not what and not detail.timeout then
    print("book", why) -- what comes meanwhile is missing, and the recording shows the gap
  end
  take_trades()
end
recorder:close()
print("recorded", recorder.books, "books", recorder.trades, "trades", folder)
