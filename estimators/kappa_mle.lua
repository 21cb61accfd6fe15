-- estimators/kappa_mle.lua: decay of the fill intensity by maximum likelihood on trade depths. The default.
--
--   lambda(d) = A exp(-kappa d),   n_j trades reach j ticks beyond the touch ~ Poisson (quant.md 4.3, 4.4)
--
-- The exponential likelihood, grouped by ticks because prices are: efficient, with a standard error and 95 % interval
-- that hold. Prints of one time and side count as one order with the worst price. Both sides are pooled; see
-- kappa_sided for a kappa of each. A comes from the touch by the mean half-spread. A failed quality gate (quant.md 4.8:
-- 50 trades, interval within 20 %, 50 to 50,000 relative, goodness of fit, newest trade) gives low_quality
-- with the value.
local estimators = require "perigee.estimators"

local E = estimator {
  name = "kappa_mle", gives = "kappa_px", unit = "1/quote",
  doc = "Fill-intensity decay by grouped maximum likelihood on trade depths.",
  params = {
    window_s = { 1800, min = 10, max = 86400, unit = "s", doc = "how far back trades are used" },
    max_trades = { 20000, min = 100, max = 200000, doc = "trades a side kept at the most" },
    refit_s = { 10, min = 0.1, max = 3600, unit = "s", doc = "time between estimates" },
    max_age_s = { 60, min = 1, max = 86400, unit = "s", doc = "without a newer trade the status is low_quality" },
  },
}

estimators.trade_depths(E)

-- kappa of bids and of asks in 1/quote (the pooled one); nil and the status
function E:sides()
  local both = self.both
  if not both then return nil, self.status end
  return both.kappa, both.kappa
end

-- A of bids and of asks, 1/s; nil and the status
function E:intensity()
  local both = self.both
  if not both then return nil, self.status end
  return both.a, both.a
end

return E
