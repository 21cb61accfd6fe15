-- Closes the position of a market by a reduce-only order of its exact size. The sign is the venue's `sign`: the size
-- alone does not tell long from short.
--
--     perigee lua examples/lighter/close_position.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Closes the position of a market.", key = true,
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "slippage", default = "0.005", doc = "the worst price, as a share of the best" },
}

local size = assert(client:position(options.market))
print("position", size)
if size == "0" then return end
assert(client:market_close { market = options.market, slippage = options.slippage, wait = 5 })
print("position", (assert(client:position(options.market))))
