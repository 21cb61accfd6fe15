-- estimators/sigma_simple.lua: sample standard deviation of log returns over a window (quant.md 3.1).
--
--   sigma = sqrt(sum (r_i - mean)^2 / (n - 1) / step),   standard error sigma sqrt((kurtosis - 1)/(4 n))
local estimators = require "perigee.estimators"
local K = require "perigee.kernels"

local E = estimator {
  name = "sigma_simple", gives = "sigma_rel", unit = "1/sqrt(s)",
  doc = "Sample standard deviation of log returns of the mid on a grid.",
  params = {
    step_ms = { 1000, min = 50, unit = "ms", doc = "grid of the returns" },
    window_s = { 600, min = 10, max = 86400, unit = "s", doc = "how far back returns are used" },
    min_returns = { 30, min = 2, doc = "warm-up" },
  },
}

estimators.returns(E)

function E:on_start()
  local step = self.params.step_ms / 1000
  self.kernel = K.sigma_window { step = step, returns = math.max(2, self.params.window_s / step) }
end

return E
