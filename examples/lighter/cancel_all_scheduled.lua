-- The dead-man's switch: the venue cancels all orders at a time, unless it is told a later one before. At least five
-- minutes ahead, and each setting costs volume quota.
--
--     perigee lua examples/lighter/cancel_all_scheduled.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"
local sdk = require "perigee.sdk"

local client, options = lighter.program { doc = "Arms the venue's scheduled cancel-all, and takes it away.", key = true,
  { name = "minutes", number = true, default = 6, doc = "until all orders are cancelled" },
  { name = "keep", flag = true, doc = "leaves it armed" },
}

local function show() print("armed for", assert(client:state()).cancel_all_time) end

local time = math.floor(sdk.now_ms() + options.minutes * 60000)
assert(client.exchange.cancel_all_orders { time_in_force = "scheduled", time = time, wait = 5 })
show()
if options.keep then return end
assert(client.exchange.cancel_all_orders { time_in_force = "abort", wait = 5 })
show()
