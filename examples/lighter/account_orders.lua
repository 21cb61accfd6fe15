-- An account's orders as they change: the first message has all that are open.
--
--     perigee lua examples/lighter/account_orders.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Shows an account's orders as they change.", key = true,
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 60, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.account_all_orders())
print "subscribed"
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  for _, orders in pairs(message.orders or {}) do
    for _, order in ipairs(orders) do
      print(order.order_id, order.is_ask and "sell" or "buy", order.remaining_base_amount, order.price, order.status)
    end
  end
end
