-- estimators/queue.lua: the chance that an order at the back of a queue is filled in time (quant.md 7.8).
--
--   P(fill) = P(touch) P(exec | touch),   P(touch) = erfc(d/(sigma sqrt(2T))),   P(exec | touch) = exp(-ahead/(v T))
--
-- d is the distance of our price from the touch of our side, ahead the size displayed at it, v the volume a second that
-- takers of the other direction trade. sigma is an EWMA of the mid's returns.
local K = require "perigee.kernels"

local E = estimator {
  name = "queue", gives = "fill_probability",
  doc = "Probability that an order joining the touch is filled within a horizon.",
  params = {
    horizon_s = { 30, min = 0.1, max = 3600, unit = "s", doc = "lifetime of the order" },
    volume_window_s = { 300, min = 10, max = 86400, unit = "s", doc = "half-life of the traded volume's rate" },
    half_life_s = { 120, min = 1, max = 86400, unit = "s", doc = "of the volatility" },
    step_ms = { 1000, min = 50, unit = "ms", doc = "grid of the volatility's returns" },
    min_returns = { 30, min = 2, doc = "warm-up" },
  },
}

function E:on_start(ctx)
  local p = self.params
  self.sigma = K.ewma_variance { half_life = p.half_life_s, step = p.step_ms / 1000 }
  self.chance = K.fill_probability()
  self.volume, self.weight = { buy = 0, sell = 0 }, 0
  self.fade = 2 ^ (-p.step_ms / 1000 / p.volume_window_s)
  self.start = ctx.now
end

function E:on_trade(_, trade)
  if trade.side then self.volume[trade.side] = self.volume[trade.side] + trade.size end
end

function E:on_sample(mid, ctx)
  self:tick()
  self.sigma:update(mid)
  self.time = ctx.now
end

function E:on_gap()
  self:tick()
  self.sigma:gap()
end

-- one step of the grid passes: volumes and the time they were traded in fade together
function E:tick()
  self.volume.buy, self.volume.sell = self.volume.buy * self.fade, self.volume.sell * self.fade
  self.weight = self.weight * self.fade + self.params.step_ms / 1000
end

-- Chance of a new order of ours at a price: P(fill), P(touch), P(exec); nil and the status.
function E:probability(side, price, horizon)
  local ctx = self.ctx
  local sigma, status = self.sigma:sigma_rel(self.params.min_returns)
  if not sigma then return nil, status end
  if not ctx.mid then return nil, "stale" end
  local bid = side == "bid"
  local distance = math.max(0, bid and ctx.bid - price or not bid and price - ctx.ask or 0)
  local nearer = bid and price + ctx.tick or price - ctx.tick
  local ahead = math.max(0, ctx.book:depth(side, price) - ctx.book:depth(side, nearer))
  local rate = self.weight > 0 and self.volume[bid and "sell" or "buy"] / self.weight or 0
  return self.chance(distance, sigma * ctx.mid, horizon or self.params.horizon_s, ahead, rate)
end

-- mean of joining the best bid and the best ask, no standard error, status; or nil and the status
function E:value()
  local ctx = self.ctx
  if not ctx.mid then return nil, "stale" end
  local bid, status = self:probability("bid", ctx.bid)
  if not bid then return nil, status end
  local ask, ask_status = self:probability("ask", ctx.ask)
  if not ask then return nil, ask_status end
  return (bid + ask) / 2, nil, "ok"
end

return E
