-- estimators/kappa_virtual_quoting.lua: decay of the fill intensity from virtual orders (quant.md 4.5).
--
--   lambda(d) = fills / (sum of fill times + unfilled * lifetime),   ln lambda = ln A - kappa d, weighted by the fills
--
-- Every lifetime_s virtual orders are placed at a grid of distances around the mid on both sides; any later trade at or
-- beyond an order fills it. Which were filled, and when, gives lambda(d) under censoring. Refitted every refit_s.
local estimators = require "perigee.estimators"

local E = estimator {
  name = "kappa_virtual_quoting", gives = "kappa_px", unit = "1/quote",
  doc = "Fill-intensity decay from virtual orders with censored fill times, a side.",
  params = {
    window_s = { 1800, min = 60, max = 86400, unit = "s", doc = "how far back orders and trades are used" },
    lifetime_s = { 10, min = 0.1, max = 600, unit = "s", doc = "lifetime of a virtual order; they start as often" },
    levels = { 18, min = 4, max = 64, doc = "distances, spaced logarithmically" },
    lo_ticks = { 1, min = 0.1, max = 1000, unit = "ticks", doc = "smallest distance" },
    hi_fraction = { 0.0015, min = 1e-5, max = 0.1, doc = "largest distance, of the mid" },
    min_fills = { 5, min = 1, max = 1000, doc = "levels with fewer fills are left out" },
    max_trades = { 20000, min = 100, max = 200000, doc = "trades kept at the most" },
    refit_s = { 60, min = 1, max = 3600, unit = "s", doc = "time between fits" },
    fit_latency_ms = { 20, min = 0, max = 60000, unit = "ms", doc = "after which a fit's result is used (backtest)" },
  },
}

estimators.virtual_orders(E)

function E:on_start(ctx) self:start(ctx) end

return E
