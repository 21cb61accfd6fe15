-- R4's user statistics: portfolio value and free balance as they change.
--
--     perigee lua examples/lighter/user_stats.lua --account 123456
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Shows an account's portfolio value as it changes.", account = true,
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 60, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.user_stats())
for _ = 1, options.count do
  local stats = assert(feed:next(options.timeout)).stats
  print("portfolio", stats.portfolio_value, "available", stats.available_balance, "leverage", stats.leverage)
end
