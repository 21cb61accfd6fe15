-- Public trades. The first message is a backfill; the venue repeats it after each reconnection, so that a trade is
-- known by (coin, time, tid).
--
--     perigee lua examples/hyperliquid/ws_trades.lua
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows trades as they happen.",
  { name = "coin", default = "ETH", doc = "a market" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.trades { coin = options.coin })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  for _, trade in ipairs(message.data) do
    print(trade.coin, trade.side == "B" and "buy" or "sell", trade.sz, trade.px, trade.tid)
  end
end
