-- estimators/sigma_hybrid.lua: a fast EWMA grounded to a slow particle filter (quant.md 3.10).
--
--   sigma = (1 - w) sigma_ewma + w sigma_pf,   w = clamp(w0 max(0, 1 - u/sigma_pf)(1 - s min(cv, 1)), 0.05, 0.5)
--
-- The filter follows the log variance h_t = mu + phi (h_{t-1} - mu) + eta (Gordon, Salmond & Smith 1993); cv is the
-- coefficient of variation of trades a second over 50 s: the more uneven the activity, the less the slow layer counts.
local K = require "perigee.kernels"

local E = estimator {
  name = "sigma_hybrid", gives = "sigma_rel", unit = "1/sqrt(s)",
  doc = "Exponentially weighted volatility grounded to a particle filter of the log variance.",
  params = {
    step_ms = { 1000, min = 50, unit = "ms", doc = "grid of the returns" },
    half_life_s = { 60, min = 1, max = 86400, unit = "s", doc = "of the fast layer" },
    min_returns = { 30, min = 10, doc = "warm-up" },
    mu = { -18, min = -40, max = 0, doc = "mean log variance (1/s) of the slow layer" },
    phi = { 0.95, min = 0, max = 0.999, doc = "its persistence a slow step (10 returns)" },
    s_eta = { 0.5, min = 0.001, max = 5, doc = "standard deviation of its shocks" },
    particles = { 1000, min = 10, max = 20000, doc = "of the filter" },
    seed = { 1, min = 0, max = 1e9, doc = "of the filter's random numbers" },
  },
}

function E:on_start()
  local p = self.params
  self.hybrid = K.hybrid_volatility { step = p.step_ms / 1000, half_life = p.half_life_s, mu = p.mu, phi = p.phi,
    s_eta = p.s_eta, particles = p.particles, seed = p.seed }
  self.activity = K.activity { bins = 50, width = 1 }
  self.cv = 0
end

function E:on_trade(ctx) self.activity:update(ctx.now) end

function E:on_sample(mid, ctx)
  self.hybrid:update(mid)
  self.cv = self.activity:cv(ctx.now)
  self.time = ctx.now
end

function E:on_gap() self.hybrid:gap() end

-- value, no standard error, status; or nil and the status
function E:value() return self.hybrid:sigma_rel(self.params.min_returns, self.cv) end

return E
