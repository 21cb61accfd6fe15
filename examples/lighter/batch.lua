-- Up to 15 transactions in one message (sendTxBatch): taken all together or not at all, then executed one by one.
--
--     perigee lua examples/lighter/batch.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Places orders at several prices in one message.", key = true,
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "size", default = "0.05", doc = "base units, of each" },
  { name = "count", number = true, default = 3, doc = "orders a side" },
}

local mid, drafts = assert(client:mid(options.market)), {}
for i = 1, options.count do
  for side, sign in pairs { buy = -1, sell = 1 } do
    drafts[#drafts + 1] = assert(client:draft("create_order", { market = options.market, side = side,
      price = mid * (1 + sign * (0.1 + 0.01 * i)), size = options.size, tif = "post_only" }))
  end
end
for _, result in ipairs(assert(client:batch(drafts, { wait = 5 }))) do
  print("order", result.client_order_index, result.nonce)
end
print("open", #assert(client:open_orders(options.market)))
assert(client:cancel_all { market = options.market })
print("open", #assert(client:open_orders(options.market)))
