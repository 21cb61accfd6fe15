-- Mark price, funding and open interest of a market, each second.
--
--     perigee lua examples/hyperliquid/ws_active_asset_ctx.lua
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows mark price, funding and open interest as they change.",
  { name = "coin", default = "ETH", doc = "a market" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.active_asset_ctx { coin = options.coin })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  local ctx = message.data.ctx
  print(message.data.coin, "mark", ctx.markPx, "funding", ctx.funding, "open interest", ctx.openInterest)
end
