-- estimators/flow_hawkes.lua: how orders excite orders (Hawkes 1971, likelihood of Ozaki 1979; quant.md 7.1).
--
--   lambda(t) = mu + alpha sum_{t_i < t} exp(-beta (t - t_i)),   branching ratio alpha/beta
--
-- Fitted on the orders of takers of both sides (prints of one time and side are one order) every refit_s; between fits
-- the intensity follows every order in O(1). The value is the intensity now.
local K = require "perigee.kernels"

local E = estimator {
  name = "flow_hawkes", gives = "intensity", unit = "1/s",
  doc = "Intensity of market orders as a self-exciting process.",
  params = {
    window_s = { 1800, min = 60, max = 86400, unit = "s", doc = "how far back orders are used" },
    max_events = { 5000, min = 50, max = 200000, doc = "orders kept at the most" },
    refit_s = { 300, min = 1, max = 86400, unit = "s", doc = "time between fits" },
    min_events = { 100, min = 50, max = 100000, doc = "warm-up" },
    fit_latency_ms = { 20, min = 0, max = 60000, unit = "ms", doc = "after which a fit's result is used (backtest)" },
  },
}

function E:on_start(ctx)
  local p = self.params
  self.flow = K.hawkes { window = p.window_s, max_events = p.max_events }
  self.count = 0
  ctx:every(p.refit_s * 1000, function(c) self:refit(c) end)
end

function E:on_trade(ctx, trade)
  if not trade.side then return end
  self.flow:event(ctx.now, trade.side)
  self.count = self.count + 1
  self.time = ctx.now
end

function E:refit(ctx)
  if self.count < self.params.min_events then return end
  local job = self.flow:job(ctx.now)
  if job then ctx:work(job, nil, self.params.fit_latency_ms) end
end

-- intensity now in 1/s, no standard error, status of the fit; or nil and the status
function E:value()
  local intensity, status = self.flow:intensity(self.ctx.now)
  if not intensity or not intensity.total then return nil, status end
  return intensity.total, nil, status
end

-- { buy, sell, total, imbalance, ratio }: 1/s, and the ratio to the baseline mu; nil and the status
function E:intensity() return self.flow:intensity(self.ctx.now) end

-- the last fit: mu, alpha, beta, branching, their standard errors se, ks, p_value, status; nil before the first
function E:fit() return self.flow.fit end

-- orders to be expected over the next `horizon` seconds
function E:expected(horizon) return self.flow:expected(self.ctx.now, horizon) end

return E
