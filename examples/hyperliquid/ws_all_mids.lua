-- Mid prices of all markets.
--
--     perigee lua examples/hyperliquid/ws_all_mids.lua
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows the mid prices of all markets.",
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.all_mids {})
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  print("ETH", message.data.mids.ETH, "BTC", message.data.mids.BTC)
end
