-- The venue's own dead-man's switch: it cancels everything at a time, unless that is moved on.
--
-- It is there for accounts that have traded 1,000,000 USD.
--
--     perigee lua examples/hyperliquid/order_and_schedule_cancel.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Places an order and lets the venue cancel it.", key = true,
  { name = "coin", default = "ETH", doc = "what is traded" },
  { name = "size", default = "0.05", doc = "in coins" },
  { name = "seconds", number = true, default = 6, doc = "until it is cancelled; more than 5" },
}

-- 20 % below the mid: it rests. A number is rounded to a price that the venue takes (a buy down), a text is not.
local price = tonumber(assert(client:mid(options.coin))) * 0.8
local order = assert(client.exchange.order {
  coin = options.coin, side = "buy", price = price, size = options.size, tif = "Gtc" })
print("order", order.status, order.oid)

local now_ms = assert(client.info.exchange_status()).time
assert(client.exchange.schedule_cancel { time = now_ms + math.floor(options.seconds * 1000) })
print("scheduled")

-- A bot would call schedule_cancel again and again with a later time. This one is dead.
for _ = 1, 2 * (options.seconds + 10) do
  client:sleep(0.5)
  local found = assert(client.info.order_status { oid = order.oid })
  if found.order.status ~= "open" then
    print("at the venue", found.order.status)
    return
  end
end
error("the order is still open")
