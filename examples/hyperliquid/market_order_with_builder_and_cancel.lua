-- A market order that pays a builder's fee, and out again.
--
--     perigee lua examples/hyperliquid/market_order_with_builder_and_cancel.lua --key env:HL_KEY --builder ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Opens and closes a position with a builder's fee.", key = true,
  { name = "coin", default = "ETH", doc = "what is traded" },
  { name = "size", default = "0.05", doc = "in coins" },
  { name = "slippage", default = "0.01", doc = "the worst price, as a share of the mid" },
  { name = "builder", value = "ADDRESS", required = true, doc = "who gets the fee" },
  { name = "fee", number = true, default = 10, doc = "tenths of a basis point" },
}

-- A builder's fee is taken only as far as the account has approved it (examples/hyperliquid/approve_builder_fee.lua).
local approved = assert(client.info.max_builder_fee { builder = options.builder })
print("approved", approved)
local builder = { address = options.builder, fee = options.fee }
local opened = assert(client:market_open {
  coin = options.coin, side = "buy", size = options.size, slippage = options.slippage, builder = builder })
print("opened", opened.total_size, opened.average_price)

-- The fill tells what the builder got; its fee is part of `fee`.
for _, fill in ipairs(assert(client.info.user_fills())) do
  if fill.oid == opened.oid then print("fee", fill.fee, "of it the builder's", fill.builderFee) end
end

local closed = assert(client:market_close { coin = options.coin, slippage = options.slippage, builder = builder })
print("closed", closed.total_size, closed.average_price)
