-- Volatility from candles: rolling standard deviation, GARCH(1,1) with Student's t, and R4's choice between the two:
-- GARCH, unless it is missing or more than five times off.
--
--     perigee lua examples/lighter/volatility.lua --market PAXG
local lighter = require "perigee.lighter"

local K = require "perigee.kernels"
local work = require "perigee.work"

local client, options = lighter.program { doc = "Estimates a market's volatility.",
  { name = "market", env = "MARKET_SYMBOL", default = "PAXG", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "count", number = true, default = 1440, doc = "candles of a minute" },
  { name = "candles", value = "FILE", doc = "where candles are kept" },
}
local STEP_S, DAY_S = 60, 86400

local candles = assert(client:candles { market = options.market, resolution = "1m", count = options.count,
  file = options.candles })
print("candles", #candles)
if #candles < 100 then error("100 candles at the least are needed for a fit", 0) end

local rolling = K.sigma_window { returns = #candles, step = STEP_S }
local garch = K.garch { returns = #candles, step = STEP_S, student = true }
for i, candle in ipairs(candles) do
  if i > 1 and candle.t - candles[i - 1].t ~= STEP_S * 1000 then -- minutes without a trade are left out
    rolling:gap()
    garch:gap()
  end
  rolling:update(candle.c)
  garch:update(candle.c)
end

local function show(what, sigma, note)
  print(what, sigma and ("%.4f %% a day"):format(100 * sigma * math.sqrt(DAY_S)) or "none", note or "")
end

local simple, _, why = rolling:sigma_rel()
show("rolling", simple, why)
local fit, status = work.compute(garch:job())
local fitted = fit and garch:sigma_rel(STEP_S)
show("garch", fitted, status)
local good = fitted and (status == "ok" or status == "low_quality") and fitted / simple <= 5 and fitted / simple >= 0.2
show("used", good and fitted or simple, good and "garch" or "rolling")
