-- Prices of a spot pair: the same subscription as for perpetuals, with the pair's name.
--
--     perigee lua examples/hyperliquid/ws_spot_price.lua
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows mark and mid price of a spot pair.",
  { name = "pair", default = "PURR/USDC", doc = "BASE/QUOTE, or a name such as @107" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.active_asset_ctx { coin = options.pair })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  local ctx = message.data.ctx
  print(message.channel, message.data.coin, "mark", ctx.markPx, "mid", ctx.midPx)
end
