-- Trades as they happen. The first message is history: what is new is told by trade_id.
--
--     perigee lua examples/lighter/ws_trades.lua --market ETH
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Shows trades as they happen.",
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "count", number = true, default = 3, doc = "trades" },
  { name = "timeout", number = true, default = 60, doc = "seconds to wait for each message" },
}

local feed, last, shown = assert(client.subscribe.trade { market = options.market }), 0, 0
while shown < options.count do
  local message = assert(feed:next(options.timeout))
  table.sort(message.trades, function(a, b) return a.trade_id < b.trade_id end)
  for _, trade in ipairs(message.trades) do
    if trade.trade_id > last and message.type == "update/trade" and shown < options.count then
      print(trade.is_maker_ask and "buy" or "sell", trade.size, trade.price, trade.trade_id_str)
      shown = shown + 1
    end
    last = math.max(last, trade.trade_id)
  end
end
