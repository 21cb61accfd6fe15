-- A limit order that rests, found again at the venue, and cancelled.
--
--     perigee lua examples/hyperliquid/order_and_cancel.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Places an order far from the market and cancels it.", key = true,
  { name = "coin", default = "ETH", doc = "what is traded" },
  { name = "size", default = "0.05", doc = "in coins" },
}

-- 20 % below the mid: it rests. A number is rounded to a price that the venue takes (a buy down), a text is not.
local price = tonumber(assert(client:mid(options.coin))) * 0.8
local order = assert(client.exchange.order {
  coin = options.coin, side = "buy", price = price, size = options.size, tif = "Gtc" })
print("order", order.status, order.oid)

-- Every order gets a client id (order.cloid): should the answer ever be missing, client:find_order tells what became.
local found = assert(client.info.order_status { oid = order.oid })
print("at the venue", found.order.status, found.order.order.limitPx)

print("cancel", assert(client.exchange.cancel { coin = options.coin, oid = order.oid }).status)
