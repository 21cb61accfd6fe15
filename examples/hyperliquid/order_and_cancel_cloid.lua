-- An order under an id of one's own, cancelled by that id.
--
--     perigee lua examples/hyperliquid/order_and_cancel_cloid.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Places an order with a client id and cancels it by that.", key = true,
  { name = "coin", default = "ETH", doc = "what is traded" },
  { name = "size", default = "0.05", doc = "in coins" },
  { name = "cloid", doc = "0x and 32 hexadecimal digits (default: a random one)" },
}

-- 20 % below the mid: it rests. A number is rounded to a price that the venue takes (a buy down), a text is not.
local price = tonumber(assert(client:mid(options.coin))) * 0.8
local cloid = options.cloid or hl.new_cloid()
local order = assert(client.exchange.order {
  coin = options.coin, side = "buy", price = price, size = options.size, tif = "Alo", cloid = cloid })
print("order", order.status, order.oid, order.cloid)

local found = assert(client:find_order(cloid))
print("at the venue", found.status, found.order.cloid)

print("cancel", assert(client.exchange.cancel { coin = options.coin, cloid = cloid }).status)
