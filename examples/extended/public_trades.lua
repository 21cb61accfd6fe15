-- Trades as they happen.
--
--     perigee lua examples/extended/public_trades.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Shows trades as they happen.",
  { name = "market", default = "BTC-USD", doc = "a market" },
  { name = "count", number = true, default = 5, doc = "trades" },
  { name = "timeout", number = true, default = 60, doc = "seconds to wait for each message" },
}

local feed = assert(client.subscribe.trades { market = options.market })
local left = options.count
while left > 0 do
  local message = assert(feed:next(options.timeout)) -- a message may have several
  for _, trade in ipairs(message.data) do
    if left > 0 then print(trade.T, trade.m, trade.S, trade.q, trade.p, trade.tT, extended.text(trade.i)) end
    left = left - 1
  end
end
