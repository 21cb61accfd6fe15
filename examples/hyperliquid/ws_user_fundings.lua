-- Funding payments: first those that were, then each hour's. Negative: paid.
--
--     perigee lua examples/hyperliquid/ws_user_fundings.lua --user ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows the funding that an account pays or gets.",
  { name = "user", value = "ADDRESS", required = true, doc = "an account" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.user_fundings { user = options.user })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  print(message.data.isSnapshot and "so far" or "new", #message.data.fundings)
  for _, funding in ipairs(message.data.fundings) do
    print(funding.coin, funding.usdc, "rate", funding.fundingRate, "position", funding.szi)
  end
end
