-- Closes a position by an immediate reduce-only order of exactly its size.
--
--     perigee lua examples/extended/close_position.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Closes the position in a market.", key = true,
  { name = "market", default = "BTC-USD", doc = "of the position" },
  { name = "slippage", default = "0.0075", doc = "the worst price, as a share of the best" },
}

local held = client:position(options.market)
if not held then
  print("position", "0")
  return
end
print("position", held.signed_size, "entry", held.openPrice, "unrealised", held.unrealisedPnl)
local order = assert(client:close_position { market = options.market, slippage = options.slippage })
print("closed", order.filledQty, "at", order.averagePrice, order.status)
local left = client:position(options.market)
print("position", left and left.signed_size or "0")
