-- Best bid and ask, mark and index price, on connections of their own and read as one.
--
--     perigee lua examples/extended/ws_best_prices.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Shows best, mark and index prices as they change.",
  { name = "market", default = "BTC-USD", doc = "a market" },
  { name = "count", number = true, default = 10, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

for _, name in ipairs { "best_bid_ask", "mark_price", "index_price" } do
  assert(client.subscribe[name] { market = options.market })
end
for _ = 1, options.count do
  local message, feed = client:next(options.timeout)
  assert(message, feed)
  local data = message.data
  if feed.name == "best_bid_ask" then
    local bid, ask = data.b[1] or {}, data.a[1] or {}
    print(feed.name, bid.q, bid.p, ask.p, ask.q)
  else
    print(feed.name, data.p)
  end
end
