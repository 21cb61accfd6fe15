-- An order that waits for a price.
--
--     perigee lua examples/extended/conditional_order.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Places a conditional order and cancels it.", key = true,
  { name = "market", default = "BTC-USD", doc = "what is traded" },
  { name = "size", default = "0.001", doc = "in the market's asset" },
}

local bid = tonumber((assert(client:best(options.market))))
local order = assert(client.exchange.order { market = options.market, side = "buy", size = options.size,
  price = bid * 0.95, tif = "GTT",
  trigger = { price = bid * 0.96, type = "LAST", direction = "DOWN", execution = "LIMIT" } })
local waiting = assert(client.info.order { id = order.id })
print("order", waiting.type, waiting.status, waiting.price)
assert(client.exchange.cancel { id = order.id })
print("cancelled", assert(client:await_order(order.id)).status)
