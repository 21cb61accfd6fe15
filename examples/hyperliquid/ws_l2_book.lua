-- The order book: every message is a whole one. fast: 5 levels twice a second instead of 20 every five seconds.
--
--     perigee lua examples/hyperliquid/ws_l2_book.lua
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows the order book.",
  { name = "coin", default = "ETH", doc = "a market" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.l2_book { coin = options.coin, fast = true })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  local bids, asks = message.data.levels[1], message.data.levels[2]
  for level = math.min(#bids, #asks), 1, -1 do
    print(bids[level].sz, bids[level].px, asks[level].px, asks[level].sz)
  end
  print("time", message.data.time)
end
