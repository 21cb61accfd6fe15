-- A post-only order that rests, seen at the venue, and cancelled.
--
--     perigee lua examples/extended/order_and_cancel.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Places an order below the market and cancels it.", key = true,
  { name = "market", default = "BTC-USD", doc = "what is traded" },
  { name = "size", default = "0.001", doc = "in the market's asset" },
}

-- 2 % below the best bid. A number is rounded to a price that the venue takes (a buy down), a text is sent as it is.
local bid = assert(client:best(options.market))
local order = assert(client.exchange.order { market = options.market, side = "buy", price = tonumber(bid) * 0.98,
  size = options.size, tif = "GTT", post_only = true, expires_in = 3600 })
print("order", order.status, extended.text(order.id), order.external_id)

-- The answer only says that the gateway took it: what became of it has to be looked at, or heard on the stream.
local resting = assert(client:await_order(order.id, "NEW"))
print("at the venue", resting.status, resting.price, resting.qty)

assert(client.exchange.cancel { external_id = order.external_id })
print("cancelled", assert(client:await_order(order.id)).status)
