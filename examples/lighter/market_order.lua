-- A position opened at the market and closed again.
--
--     perigee lua examples/lighter/market_order.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Opens a position at the market and closes it.", key = true,
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "size", default = "0.05", doc = "base units" },
  { name = "slippage", default = "0.005", doc = "the worst price, as a share of the best" },
}

-- Every market order carries a worst price, which holds for its average.
assert(client:market_order { market = options.market, side = "buy", size = options.size, slippage = options.slippage,
  wait = 5 })
local size, held = assert(client:position(options.market))
print("position", size, held.avg_entry_price)

assert(client:market_close { market = options.market, slippage = options.slippage, wait = 5 })
print("position", (assert(client:position(options.market))))
