-- The funding of a market: the rate now, those of the last hours, and what the account has paid.
--
--     perigee lua examples/extended/funding_rate.lua --hours 24
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Shows funding rates and payments.", account = true,
  { name = "market", default = "BTC-USD", doc = "a market" },
  { name = "hours", number = true, default = 24, doc = "to look back" },
}

local now = assert(client:funding(options.market))
print("now", now.rate, ("%.5f %% an hour, %.2f %% a year"):format(now.percent, now.annual_percent))

local until_ms = os.time() * 1000
local since_ms = until_ms - options.hours * 3600000
local past = assert(client:pages("funding_rates", { market = options.market, start_time = since_ms,
  end_time = until_ms }))
for _, one in ipairs(past) do print("rate", one.T, one.f) end

local paid = 0
for _, one in ipairs(assert(client:pages("funding_history", { market = options.market, start_time = since_ms }))) do
  print("payment", one.paidTime, one.side, one.size, one.fundingFee)
  paid = paid + tonumber(one.fundingFee)
end
print("payments", ("%.6f"):format(paid))
