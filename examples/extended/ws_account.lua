-- What happens to the account: orders, trades, positions and balance. The first three messages say how it stands.
--
--     perigee lua examples/extended/ws_account.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Shows orders, trades, positions and balance.", account = true,
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 60, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.account())
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  local data = message.data
  print(message.type, data.isSnapshot and "how it stands" or "change")
  for _, order in ipairs(data.orders or {}) do
    print("order", extended.text(order.id), order.market, order.side, order.qty, order.price, order.status,
      order.statusReason)
  end
  for _, trade in ipairs(data.trades or {}) do
    print("trade", trade.market, trade.side, trade.qty, trade.price, "fee", trade.fee)
  end
  for _, position in ipairs(data.positions or {}) do
    print("position", position.market, position.side, position.size)
  end
  if data.balance then print("balance", data.balance.balance, "equity", data.balance.equity) end
end
