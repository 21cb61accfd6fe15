-- estimators/sigma_bipower.lua: volatility without jumps, from bipower variation
-- (Barndorff-Nielsen & Shephard 2004; quant.md 3.5).
--
--   BV = (pi/2) n/(n-1) sum |r_i||r_{i-1}|,   sigma = sqrt(BV/(n step))
--
-- jump_ratio = RV/BV is about 1 without jumps; jump_z is the test of Huang & Tauchen (2005), 2.326 at 1 %.
local estimators = require "perigee.estimators"
local K = require "perigee.kernels"

local E = estimator {
  name = "sigma_bipower", gives = "sigma_rel", unit = "1/sqrt(s)",
  doc = "Jump-robust volatility of log returns of the mid on a grid.",
  params = {
    step_ms = { 1000, min = 50, unit = "ms", doc = "grid of the returns" },
    window_s = { 600, min = 10, max = 86400, unit = "s", doc = "how far back returns are used" },
    min_returns = { 30, min = 3, doc = "warm-up" },
  },
}

estimators.returns(E)

function E:on_start()
  local step = self.params.step_ms / 1000
  self.kernel = K.bipower_window { step = step, returns = math.max(3, self.params.window_s / step) }
end

-- realised over bipower variation of the window, and z of the jump test; nil before the first estimate
function E:jump_ratio()
  self.kernel:sigma_rel(self.params.min_returns)
  return self.kernel.jump_ratio, self.kernel.jump_z
end

return E
