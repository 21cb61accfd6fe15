-- What an account can still buy and sell of a market, and with which leverage.
--
--     perigee lua examples/hyperliquid/ws_active_asset_data.lua --user ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows what an account can trade of a market.",
  { name = "coin", default = "ETH", doc = "a market" },
  { name = "user", value = "ADDRESS", required = true, doc = "an account" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.active_asset_data { user = options.user, coin = options.coin })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  local data = message.data
  print(data.coin, data.leverage.type, data.leverage.value, "buy", data.maxTradeSzs[1], "sell", data.maxTradeSzs[2])
end
