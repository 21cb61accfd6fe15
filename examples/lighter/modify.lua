-- An order that is changed in place: it keeps its number and its side.
--
--     perigee lua examples/lighter/modify.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Places an order and changes its price and size.", key = true,
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "size", default = "0.05", doc = "base units" },
}

local market = assert(client:market(options.market))
local mid = assert(client:mid(options.market))

local function show(what, index)
  local order = assert(client:find_order(index))
  print(what, order.status, order.initial_base_amount, order.price)
end

local order = assert(client.exchange.create_order { market = market.id, side = "buy", price = mid * 0.8,
  size = options.size, tif = "gtt", wait = 5 })
show("placed", order.client_order_index)

-- The new price must lie on a tick: it is rounded here, because modify_order takes nothing else.
assert(client.exchange.modify_order { market = market.id, index = order.client_order_index,
  price = client:round_price(market, mid * 0.81, "down"), size = client:round_size(market, options.size * 2),
  wait = 5 })
show("changed", order.client_order_index)
assert(client:cancel_all { market = market.id })
