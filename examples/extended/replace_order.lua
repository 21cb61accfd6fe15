-- An order moved to another price in one request: the old one goes when the new one is there.
--
--     perigee lua examples/extended/replace_order.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Places an order, moves it and cancels it.", key = true,
  { name = "market", default = "BTC-USD", doc = "what is traded" },
  { name = "size", default = "0.001", doc = "in the market's asset" },
}

local bid = tonumber((assert(client:best(options.market))))
local first = assert(client.exchange.order { market = options.market, side = "buy", price = bid * 0.97,
  size = options.size, tif = "GTT", post_only = true })
print("first", assert(client:await_order(first.id, "NEW")).price)

local second = assert(client.exchange.replace { external_id = first.external_id, market = options.market, side = "buy",
  price = bid * 0.98, size = options.size, tif = "GTT", post_only = true })
print("second", assert(client:await_order(second.id, "NEW")).price)

local gone = assert(client:await_order(first.id))
print("the first is", gone.status, gone.statusReason)
assert(client.exchange.cancel { id = second.id })
print("the second is", assert(client:await_order(second.id)).status)
