-- estimators/sigma_ewma.lua: exponentially weighted volatility (RiskMetrics 1996; quant.md 3.3).
--
--   v <- a r^2 + (1 - a) v,   a = 1 - 2^(-step/half_life),   sigma = sqrt(v/step)
--
-- Its standard error is that of normal returns, sigma/sqrt(2 n) with n = (2 - a)/a.
local estimators = require "perigee.estimators"
local K = require "perigee.kernels"

local E = estimator {
  name = "sigma_ewma", gives = "sigma_rel", unit = "1/sqrt(s)",
  doc = "Exponentially weighted standard deviation of log returns of the mid on a grid, zero mean.",
  params = {
    half_life_s = { 120, min = 1, max = 86400, unit = "s", doc = "half-life of the weights" },
    step_ms = { 1000, min = 50, unit = "ms", doc = "grid of the returns" },
    min_returns = { 30, min = 2, doc = "warm-up" },
    winsor_sigmas = { 0, min = 0, max = 100, doc = "larger returns are cut to so many sigmas; 0: off" },
  },
}

estimators.returns(E)

function E:on_start()
  local p = self.params
  self.kernel = K.ewma_variance { half_life = p.half_life_s, step = p.step_ms / 1000, winsor_sigmas = p.winsor_sigmas }
end

return E
