-- estimators/funding.lua: the funding rate of a perpetual future (quant.md 7.3).
--
--   EWMA of the settled rates with a half-life in periods; rate a second = rate/period;   cost = q mark rate_s T
--
-- Positive: longs pay. From the venue's settlements as the data hold them; below 3 of them it has no value.
local K = require "perigee.kernels"

local E = estimator {
  name = "funding", gives = "funding_rate", unit = "1/s",
  doc = "Smoothed funding rate as a fraction a second; positive: longs pay.",
  params = {
    half_life_periods = { 24, min = 0.1, max = 1000, unit = "periods", doc = "of the average over settlements" },
    period_s = { 0, min = 0, max = 86400, unit = "s", doc = "funding period; 0: what the data say or show" },
  },
}

function E:on_start()
  self.rates = K.funding { half_life_periods = self.params.half_life_periods }
end

function E:on_funding(ctx, funding)
  local period = self.params.period_s
  if period == 0 then period = funding.interval_s end
  if period == 0 and self.time then period = ctx.now - self.time end
  self.time = ctx.now
  if period >= 1 then self.rates:update(funding.rate, period) end
end

-- rate a second, no standard error, status; or nil and the status
function E:value()
  local rate, status = self.rates:rate_s()
  if not rate then return nil, status end
  return rate, nil, "ok"
end

-- the rate a year, a fraction; nil and the status
function E:apr()
  local rate, apr = self.rates:rate_s()
  return rate and apr, not rate and apr or nil
end

-- expected cost in quote units of holding a position (base units, signed) for so many seconds; nil and the status
function E:cost(position, mark, horizon_s)
  local rate, status = self.rates:rate_s()
  if not rate then return nil, status end
  return self.rates:cost(position, mark, rate, horizon_s)
end

return E
