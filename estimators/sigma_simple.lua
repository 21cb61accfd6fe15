-- estimators/sigma_simple.lua: sample standard deviation of log returns over a window (quant.md 3.1).
--
--   sigma = sqrt(sum (r_i - mean)^2 / (n - 1) / step),   standard error sigma sqrt((kurtosis - 1)/(4 n))
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

function E:on_start()
  local step = self.params.step_ms / 1000
  self.window = K.sigma_window { step = step, returns = math.max(2, self.params.window_s / step) }
end

function E:on_sample(mid, ctx)
  self.window:update(mid)
  self.time = ctx.now
end

function E:on_gap() self.window:gap() end

-- value, standard error, status; or nil and the status
function E:value() return self.window:sigma_rel(self.params.min_returns) end

return E
