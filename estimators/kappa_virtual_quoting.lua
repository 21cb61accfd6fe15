-- estimators/kappa_virtual_quoting.lua: decay of the fill intensity from virtual orders (quant.md 4.5).
--
-- Every lifetime_s virtual orders are placed at a grid of distances around the mid on both sides; which of them later
-- trades would have filled, and when, gives lambda(d) under censoring, and ln lambda = ln A - kappa d by weighted
-- least squares. Refitted every refit_s.
local K = require "perigee.kernels"

local E = estimator {
  name = "kappa_virtual_quoting", gives = "kappa_px", unit = "1/quote",
  doc = "Fill-intensity decay from virtual orders with censored fill times, a side.",
  params = {
    window_s = { 1800, min = 60, max = 86400, unit = "s", doc = "how far back orders and trades are used" },
    lifetime_s = { 10, min = 0.1, max = 600, unit = "s", doc = "lifetime of a virtual order; they start as often" },
    levels = { 18, min = 4, max = 64, doc = "distances, spaced logarithmically" },
    lo_ticks = { 1, min = 0, max = 1000, unit = "ticks", doc = "smallest distance" },
    hi_fraction = { 0.0015, min = 1e-5, max = 0.1, doc = "largest distance, of the mid" },
    min_fills = { 5, min = 1, max = 1000, doc = "levels with fewer fills are left out" },
    max_trades = { 20000, min = 100, max = 200000, doc = "trades kept at the most" },
    refit_s = { 60, min = 1, max = 3600, unit = "s", doc = "time between fits" },
  },
}

function E:on_start(ctx)
  local p = self.params
  self.status = "warmup"
  self.quoting = K.virtual_quoting { window = p.window_s, lifetime = p.lifetime_s, levels = p.levels,
    lo_ticks = p.lo_ticks, hi_fraction = p.hi_fraction, max_trades = p.max_trades, min_fills = p.min_fills }
  ctx:every(p.lifetime_s * 1000, function(c)
    if c.mid then self.quoting:start(c.now, c.mid) end
  end)
  ctx:every(p.refit_s * 1000, function(c) self:fit(c) end)
end

function E:on_trade(ctx, trade)
  if trade.side then self.quoting:trade(ctx.now, trade.price, trade.size, trade.side) end
end

function E:fit(ctx)
  if not ctx.mid then return end
  local bid, bid_status = self.quoting:estimate("bid", ctx.now, ctx.mid, ctx.tick)
  local ask, ask_status = self.quoting:estimate("ask", ctx.now, ctx.mid, ctx.tick)
  self.bid, self.ask = bid, ask
  self.bid_status, self.ask_status = bid_status, ask_status
end

-- Both sides pooled by inverse variance: value, standard error; or nil and the status of the side that failed.
function E:value()
  local bid, ask = self.bid, self.ask
  if not bid or not ask then return nil, self.bid_status or self.ask_status or "warmup" end
  local wb, wa = 1 / bid.se ^ 2, 1 / ask.se ^ 2
  if not (wb > 0 and wa > 0 and wb < math.huge and wa < math.huge) then return (bid.kappa + ask.kappa) / 2 end
  return (wb * bid.kappa + wa * ask.kappa) / (wb + wa), math.sqrt(1 / (wb + wa))
end

-- kappa of bids and of asks; nil and the status when a side has none
function E:sides()
  if not self.bid then return nil, self.bid_status or "warmup" end
  if not self.ask then return nil, self.ask_status or "warmup" end
  return self.bid.kappa, self.ask.kappa
end

-- A of bids and of asks, 1/s
function E:intensity()
  if not self.bid or not self.ask then return nil, "warmup" end
  return self.bid.a, self.ask.a
end

return E
