-- An order that pays a fee to the builder of the interface it came from.
--
--     perigee lua examples/hyperliquid/order_with_builder_and_cancel.lua --key env:HL_KEY --builder ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Places an order with a builder's fee and cancels it.", key = true,
  { name = "coin", default = "ETH", doc = "what is traded" },
  { name = "size", default = "0.05", doc = "in coins" },
  { name = "builder", value = "ADDRESS", required = true, doc = "who gets the fee" },
  { name = "fee", number = true, default = 10, doc = "tenths of a basis point" },
}

-- A builder's fee is taken only as far as the account has approved it (examples/hyperliquid/approve_builder_fee.lua).
local approved = assert(client.info.max_builder_fee { builder = options.builder })
print("approved", approved)
-- 20 % below the mid: it rests. A number is rounded to a price that the venue takes (a buy down), a text is not.
local price = tonumber(assert(client:mid(options.coin))) * 0.8
local order = assert(client.exchange.order { coin = options.coin, side = "buy", price = price, size = options.size,
  tif = "Gtc", builder = { address = options.builder, fee = options.fee } })
print("order", order.status, order.oid)
print("cancel", assert(client.exchange.cancel { coin = options.coin, oid = order.oid }).status)
