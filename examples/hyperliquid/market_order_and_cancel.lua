-- A market order, and out again. Hyperliquid has no market orders: they are immediate-or-cancel orders at a worst
-- price.
--
--     perigee lua examples/hyperliquid/market_order_and_cancel.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Opens a position at the market and closes it.", key = true,
  { name = "coin", default = "ETH", doc = "what is traded" },
  { name = "size", default = "0.05", doc = "in coins" },
  { name = "slippage", default = "0.01", doc = "the worst price, as a share of the mid" },
}

local opened = assert(client:market_open {
  coin = options.coin, side = "buy", size = options.size, slippage = options.slippage })
print("opened", opened.total_size, opened.average_price)
print("position", client:position(options.coin))

local closed = assert(client:market_close { coin = options.coin, slippage = options.slippage })
print("closed", closed.total_size, closed.average_price)
print("position", client:position(options.coin) or "none")
