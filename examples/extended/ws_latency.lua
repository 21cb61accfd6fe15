-- How old the best prices are when they arrive: the venue's time in the message against the clock here, so that the
-- clocks' difference is part of it. A negative one tells that this clock is behind.
--
--     perigee lua examples/extended/ws_latency.lua --count 200
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Measures the age of best prices on arrival.",
  { name = "market", default = "BTC-USD", doc = "a market" },
  { name = "count", number = true, default = 50, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.best_bid_ask { market = options.market })
assert(feed:next(options.timeout)) -- the first one waited for us
local ages, gaps, last = {}, {}, nil
for i = 1, options.count do
  local message = assert(feed:next(options.timeout))
  ages[i] = message.received_ms - message.ts
  if last then gaps[#gaps + 1] = message.received_ms - last end
  last = message.received_ms
end

local function describe(name, list)
  table.sort(list)
  local function share(p) return list[math.max(1, math.ceil(p * #list))] or 0 end
  print(name, ("least %.1f ms"):format(share(0)), ("median %.1f ms"):format(share(0.5)),
    ("99 %% %.1f ms"):format(share(0.99)), ("most %.1f ms"):format(share(1)))
end

print("messages", #ages)
describe("age", ages)
describe("between messages", gaps)
