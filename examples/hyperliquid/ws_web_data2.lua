-- What the venue's web page shows of an account. The venue serves it as webData3 by now: that is subscribed.
--
--     perigee lua examples/hyperliquid/ws_web_data2.lua --user ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows an account's aggregate state.",
  { name = "user", value = "ADDRESS", required = true, doc = "an account" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.web_data2 { user = options.user })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  local state = message.data.userState
  print(message.channel, state.user, "server time", state.serverTime, "exchanges", #message.data.perpDexStates)
end
