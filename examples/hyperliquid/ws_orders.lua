-- States of an account's orders as they change. There is no snapshot: ask open_orders for what is there.
--
--     perigee lua examples/hyperliquid/ws_orders.lua --user ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows the states of an account's orders.",
  { name = "user", value = "ADDRESS", required = true, doc = "an account" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.order_updates { user = options.user })
print "subscribed"
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  for _, update in ipairs(message.data) do
    local order = update.order
    print(order.coin, order.side == "B" and "buy" or "sell", order.sz, order.limitPx, order.oid, update.status)
  end
end
