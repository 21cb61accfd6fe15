-- The account's balance, margin, positions and open orders.
--
--     perigee lua examples/extended/balance.lua
local extended = require "perigee.extended"

local client = extended.program { doc = "Shows balance, positions and open orders.", account = true }

local balance = assert(client.info.balance()) -- of an account that never had money: zeros
for _, name in ipairs { "balance", "equity", "availableForTrade", "availableForWithdrawal", "unrealisedPnl",
  "initialMargin", "marginRatio", "exposure", "leverage" } do
  print(name, balance[name])
end
for _, position in ipairs(assert(client.info.positions())) do
  print("position", position.market, position.side, position.size, "entry", position.openPrice, "mark",
    position.markPrice, "unrealised", position.unrealisedPnl)
end
for _, order in ipairs(assert(client.info.open_orders())) do
  print("order", order.market, order.side, order.qty, order.price, order.status, extended.text(order.id))
end
