-- The candle of a market while it forms.
--
--     perigee lua examples/hyperliquid/ws_candles.lua
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows candles as they form.",
  { name = "coin", default = "ETH", doc = "a market" },
  { name = "interval", default = "1m", doc = "of the candles" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.candle { coin = options.coin, interval = options.interval })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  local candle = message.data
  print(candle.s, candle.i, "open", candle.o, "high", candle.h, "low", candle.l, "close", candle.c, "volume", candle.v)
end
