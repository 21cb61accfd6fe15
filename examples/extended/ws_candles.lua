-- Candles as they form.
--
--     perigee lua examples/extended/ws_candles.lua --interval PT1M
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Shows candles as they form.",
  { name = "market", default = "BTC-USD", doc = "a market" },
  { name = "interval", default = "PT1M", doc = "of a candle" },
  { name = "prices", default = "mark-prices", doc = "trades, mark-prices or index-prices" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.candles { market = options.market, candle_type = options.prices,
  interval = options.interval })
for _ = 1, options.count do
  for _, candle in ipairs(assert(feed:next(options.timeout)).data) do
    print(candle.T, "open", candle.o, "high", candle.h, "low", candle.l, "close", candle.c)
  end
end
