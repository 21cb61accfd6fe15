-- The account's own trades, page by page, and what they cost.
--
--     perigee lua examples/extended/trade_history.lua --side buy
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Lists the account's trades.", account = true,
  { name = "market", doc = "only of this market" },
  { name = "side", value = "SIDE", doc = "only buy, or only sell" },
  { name = "type", value = "TYPE", doc = "only TRADE, LIQUIDATION or DELEVERAGE" },
  { name = "page", number = true, default = 100, doc = "trades asked for at once" },
  { name = "most", number = true, default = 1000, doc = "trades" },
}

-- Each page is asked for with the cursor of the one before.
local trades = assert(client:pages("user_trades", { market = options.market, side = options.side,
  type = options.type, limit = options.page }, options.most))
local fees, value = 0, 0
for _, trade in ipairs(trades) do
  print(trade.createdTime, trade.market, trade.side, trade.qty, trade.price, trade.isTaker and "taker" or "maker",
    "fee " .. trade.fee)
  fees, value = fees + tonumber(trade.fee), value + tonumber(trade.value)
end
print("trades", #trades, "value", ("%.2f"):format(value), "fees", ("%.4f"):format(fees))
