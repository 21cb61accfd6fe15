-- Margin put into an isolated position, and taken out of it.
--
--     perigee lua examples/lighter/margin.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Adds margin to an isolated position.", key = true,
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "size", default = "0.05", doc = "base units" },
  { name = "usdc", default = "2.5", doc = "that is added" },
}

local function show()
  local _, held = assert(client:position(options.market))
  print("margin", held.allocated_margin)
end

assert(client.exchange.update_leverage { market = options.market, leverage = 5, margin_mode = "isolated", wait = 5 })
assert(client:market_order { market = options.market, side = "buy", size = options.size, slippage = "0.01", wait = 5 })
show()
assert(client.exchange.update_margin { market = options.market, usdc = options.usdc, direction = "add", wait = 5 })
show()
assert(client:market_close { market = options.market, slippage = "0.01", wait = 5 })
