-- estimators/kappa_depth_intensity.lua: decay of the fill intensity of orders that wait in the queue (quant.md 4.5).
--
--   lambda(d) = fills / (sum of fill times + unfilled * lifetime),   ln lambda = ln A - kappa d, weighted by the fills
--
-- As kappa_virtual_quoting, but each virtual order waits behind the size displayed at its price when it is placed, and
-- fills when the volume traded at or through that price covers the queue and its own size: the decay that an order at
-- the back of the queue meets. What the book does not show that deep counts as no queue.
local K = require "perigee.kernels"

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

function E:on_start(ctx)
  local p = self.params
  self.quoting = K.virtual_quoting { window = p.window_s, lifetime = p.lifetime_s, levels = p.levels,
    lo_ticks = p.lo_ticks, hi_fraction = p.hi_fraction, max_trades = p.max_trades, min_fills = p.min_fills,
    queue = true, own_size = p.own_size > 0 and p.own_size or ctx.lot }
  self.latest = {}
  self.status = "warmup"
  local book, tick = ctx.book, ctx.tick
  local function size_at(side, price) -- what rests at one price: depth up to it less depth up to the price before
    local nearer = side == "bid" and price + tick or price - tick
    return math.max(0, book:depth(side, price) - book:depth(side, nearer))
  end
  ctx:every(p.lifetime_s * 1000, function(c)
    if c.mid and c.ask > c.bid then self.quoting:start(c.now, c.mid, c.tick, size_at) end
  end)
  ctx:every(p.refit_s * 1000, function(c) self:refit(c) end)
end

function E:on_trade(ctx, trade)
  if trade.side then self.quoting:trade(ctx.now, trade.price, trade.size, trade.side) end
end

function E:refit(ctx)
  local job, why = self.quoting:job(ctx.now, ctx.tick)
  if not job then
    self.latest, self.status = {}, why
    return
  end
  ctx:work(job, function(c, fit)
    self.latest, self.status = fit, fit.bid_status ~= "ok" and fit.bid_status or fit.ask_status
    self.time = c.now
  end, self.params.fit_latency_ms)
end

-- Both sides pooled by inverse variance: value, standard error, status; or nil and the status of the side that failed.
function E:value()
  local bid, ask = self.latest.bid, self.latest.ask
  if not bid or not ask then return nil, self.status end
  if not (bid.se and ask.se and bid.se > 0 and ask.se > 0) then return (bid.kappa + ask.kappa) / 2, nil, self.status end
  local wb, wa = 1 / bid.se ^ 2, 1 / ask.se ^ 2
  return (wb * bid.kappa + wa * ask.kappa) / (wb + wa), math.sqrt(1 / (wb + wa)), self.status
end

-- kappa of bids and of asks in 1/quote; nil and the status when a side has none
function E:sides()
  if not self.latest.bid or not self.latest.ask then return nil, self.status end
  return self.latest.bid.kappa, self.latest.ask.kappa
end

-- A of bids and of asks, 1/s; nil and the status
function E:intensity()
  if not self.latest.bid or not self.latest.ask then return nil, self.status end
  return self.latest.bid.a, self.latest.ask.a
end

-- the last fit: bid, ask with kappa, se, lo, hi (95 %), a, r2, levels, where a side could be fitted
function E:fit() return self.latest end

return E
