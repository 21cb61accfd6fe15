-- Fills, funding, liquidations and cancels by the venue, of one account.
--
--     perigee lua examples/hyperliquid/ws_user_events.lua --user ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows fills, funding and liquidations of an account.",
  { name = "user", value = "ADDRESS", required = true, doc = "an account" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.user_events { user = options.user })
print "subscribed"
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  for _, fill in ipairs(message.data.fills or {}) do
    print("fill", fill.coin, fill.dir, fill.sz, fill.px, "fee", fill.fee, fill.crossed and "taker" or "maker")
  end
  if not message.data.fills then print(hl.text(message.data)) end
end
