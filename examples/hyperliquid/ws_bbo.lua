-- Best bid and offer, at every change. A side that is empty is null.
--
--     perigee lua examples/hyperliquid/ws_bbo.lua
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows the best bid and offer as they change.",
  { name = "coin", default = "ETH", doc = "a market" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.bbo { coin = options.coin })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  local bid, ask = message.data.bbo[1], message.data.bbo[2]
  print(message.data.coin, bid ~= hl.null and bid.px or "none", ask ~= hl.null and ask.px or "none")
end
