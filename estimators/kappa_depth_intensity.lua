-- estimators/kappa_depth_intensity.lua: decay of the fill intensity of orders that wait in the queue (quant.md 4.5).
--
--   lambda(d) = fills / (sum of fill times + unfilled * lifetime),   ln lambda = ln A - kappa d, weighted by the fills
--
-- As kappa_virtual_quoting, but each virtual order waits behind the size displayed at its price when it is placed, and
-- fills when the volume traded at or through that price covers the queue and its own size: the decay that an order at
-- the back of the queue meets. What the book does not show that deep counts as no queue.
local estimators = require "perigee.estimators"

local E = estimator {
  name = "kappa_depth_intensity", gives = "kappa_px", unit = "1/quote",
  doc = "Fill-intensity decay from virtual orders behind the displayed queue, a side.",
  params = {
    window_s = { 1800, min = 60, max = 86400, unit = "s", doc = "how far back orders and trades are used" },
    lifetime_s = { 10, min = 0.1, max = 600, unit = "s", doc = "lifetime of a virtual order; they start as often" },
    levels = { 18, min = 4, max = 64, doc = "distances, spaced logarithmically" },
    lo_ticks = { 1, min = 0.1, max = 1000, unit = "ticks", doc = "smallest distance" },
    hi_fraction = { 0.0015, min = 1e-5, max = 0.1, doc = "largest distance, of the mid" },
    min_fills = { 5, min = 1, max = 1000, doc = "levels with fewer fills are left out" },
    max_trades = { 20000, min = 100, max = 200000, doc = "trades kept at the most" },
    refit_s = { 60, min = 1, max = 3600, unit = "s", doc = "time between fits" },
    own_size = { 0, min = 0, unit = "base", doc = "size of a virtual order; 0: one lot" },
    fit_latency_ms = { 20, min = 0, max = 60000, unit = "ms", doc = "after which a fit's result is used (backtest)" },
  },
}

estimators.virtual_orders(E)

function E:on_start(ctx)
  local book, tick = ctx.book, ctx.tick
  local function size_at(side, price) -- what rests at one price: depth up to it less depth up to the price before
    local nearer = side == "bid" and price + tick or price - tick
    return math.max(0, book:depth(side, price) - book:depth(side, nearer))
  end
  local own_size = self.params.own_size
  self:start(ctx, size_at, own_size > 0 and own_size or ctx.lot)
end

return E
