-- Notices to an account, as its interface shows them. They do not tell the account: one a connection.
--
--     perigee lua examples/hyperliquid/ws_notification.lua --user ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows notices to an account.",
  { name = "user", value = "ADDRESS", required = true, doc = "an account" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.notification { user = options.user })
print "subscribed"
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  print(message.data.notification)
end
