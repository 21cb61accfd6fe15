-- An order at the market. Extended has none: it is an immediate-or-cancel order at a worst price.
--
--     perigee lua examples/extended/market_order.lua --side buy --size 0.001
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Buys or sells at the market.", key = true,
  { name = "market", default = "BTC-USD", doc = "what is traded" },
  { name = "side", default = "buy", doc = "buy or sell" },
  { name = "size", default = "0.001", doc = "in the market's asset" },
  { name = "slippage", default = "0.0075", doc = "the worst price, as a share of the best" },
}

local order = assert(client:market_order { market = options.market, side = options.side, size = options.size,
  slippage = options.slippage })
print("order", order.status, "filled", order.filledQty, "average", order.averagePrice, "fee", order.payedFee)
local position = client:position(options.market)
print("position", position and position.signed_size or "0")
