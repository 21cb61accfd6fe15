-- The whole order book, kept out of snapshots and changes.
--
--     perigee lua examples/extended/ws_book.lua --levels 5
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Shows the order book as it changes.",
  { name = "market", default = "BTC-USD", doc = "a market" },
  { name = "count", number = true, default = 5, doc = "messages" },
  { name = "levels", number = true, default = 3, doc = "of each side" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local book = assert(client:book { market = options.market })
for _ = 1, options.count do
  local what = assert(book:next(options.timeout))
  print(what, book.time_ms, book.fresh and "fresh" or "old")
  local bids, asks = book:bids(options.levels), book:asks(options.levels)
  for i = 1, math.min(#bids, #asks) do print("", bids[i].size, bids[i].price, asks[i].price, asks[i].size) end
end
