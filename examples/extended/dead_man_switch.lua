-- The venue cancels everything when it is not told in time that we are still here.
--
--     perigee lua examples/extended/dead_man_switch.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Places an order and lets the dead-man's switch cancel it.",
  key = true,
  { name = "market", default = "BTC-USD", doc = "what is traded" },
  { name = "size", default = "0.001", doc = "in the market's asset" },
  { name = "seconds", number = true, default = 2, doc = "of the countdown" },
}

assert(client.exchange.dead_man_switch { seconds = options.seconds })
local bid = tonumber((assert(client:best(options.market))))
local order = assert(client.exchange.order { market = options.market, side = "buy", price = bid * 0.98,
  size = options.size, tif = "GTT", post_only = true })
print("order", assert(client:await_order(order.id, "NEW")).status)

-- It is called again while all is well: each call starts the countdown anew, 0 ends it.
client:sleep(options.seconds / 2)
assert(client.exchange.dead_man_switch { seconds = options.seconds })
print("refreshed", assert(client.info.order { id = order.id }).status)

print("in the end", assert(client:await_order(order.id, nil, options.seconds + 5)).status)
