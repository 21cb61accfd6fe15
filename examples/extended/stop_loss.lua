-- A position with a take profit and a stop loss. They end when the position does.
--
--     perigee lua examples/extended/stop_loss.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Opens a position with stop loss and take profit.", key = true,
  { name = "market", default = "BTC-USD", doc = "what is traded" },
  { name = "size", default = "0.001", doc = "in the market's asset" },
  { name = "away", number = true, default = 0.02, doc = "of both triggers, as a share of the price" },
}

local opened = assert(client:market_order { market = options.market, side = "buy", size = options.size })
print("opened", opened.filledQty, opened.averagePrice)

-- Of the whole position, whatever its size is then: size "0". Each leg is signed as an order of its own.
local entry = tonumber(opened.averagePrice)
local order = assert(client.exchange.order { market = options.market, side = "sell", size = "0", type = "TPSL",
  legs = "POSITION",
  take_profit = { trigger_price = entry * (1 + options.away), trigger_type = "MARK",
    price = entry * (1 + options.away) * 0.98, price_type = "MARKET" },
  stop_loss = { trigger_price = entry * (1 - options.away), trigger_type = "MARK",
    price = entry * (1 - options.away) * 0.98, price_type = "MARKET" } })
print("order", order.status, extended.text(order.id))
for _, one in ipairs(assert(client.info.open_orders { market = options.market, type = "TPSL" })) do
  print("leg", one.type, one.status, extended.text(one.id))
end

assert(client:close_position { market = options.market })
client:cancel_all { market = options.market }
print("open orders", #assert(client.info.open_orders { market = options.market }))
