-- An entry with its take-profit and its stop-loss: both wait until the entry is filled, and one cancels the other.
--
--     perigee lua examples/lighter/grouped_orders.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Places an order with a take-profit and a stop-loss.", key = true,
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "size", default = "0.05", doc = "base units" },
  { name = "cancel", flag = true, doc = "cancels them again" },
}

local mid = assert(client:mid(options.market))
local entry = mid * 0.9
local expiry = require("perigee.sdk").now_ms() + 86400 * 1000 -- one for all of them

local function child(kind, share)
  return { market = options.market, side = "sell", type = kind, trigger_price = entry * share, slippage = "0.01",
    reduce_only = true, expiry = expiry } -- without a size: that of the entry
end

assert(client.exchange.create_grouped_orders { grouping = "otoco", wait = 5, orders = {
  { market = options.market, side = "buy", price = entry, size = options.size, tif = "gtt", expiry = expiry },
  child("take_profit", 1.05),
  child("stop_loss", 0.95),
} })
for _, order in ipairs(assert(client:open_orders(options.market))) do
  print(order.type, order.status, order.price, order.trigger_price)
end
if options.cancel then assert(client:cancel_all { market = options.market }) end
