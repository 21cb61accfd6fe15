-- An order that rests, found again at the venue, and cancelled.
--
--     perigee lua examples/lighter/order_and_cancel.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Places an order far from the market and cancels it.", key = true,
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "size", default = "0.05", doc = "base units" },
}

-- 20 % below the mid: it rests. A number is rounded to a price that the venue takes (a buy down), a text is not.
-- `wait`: that the venue has taken a transaction does not mean yet that it was executed.
local order = assert(client.exchange.create_order { market = options.market, side = "buy",
  price = assert(client:mid(options.market)) * 0.8, size = options.size, tif = "post_only", wait = 5 })
print("order", order.client_order_index, order.hash)

-- Our own number finds it; the venue's (order_id) is beyond 2^53 and comes as an int64 and as a text.
local found = assert(client:find_order(order.client_order_index))
print("at the venue", found.status, found.price, found.order_id)

assert(client.exchange.cancel_order { market = options.market, index = found.order_id, wait = 5 })
print("cancelled", assert(client:find_order(order.client_order_index)).status)
