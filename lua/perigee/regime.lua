--- Spreads by regime: how wide the market's own spread is, and how volatile it is (quant.md 3.6, 7.4).
local K = require "perigee.kernels"

local M = {}

M.params = {
  spread_regime = { true, doc = "distances times 0.8 in a tight market, 1.5 in a wide one" },
}

--- Factor of both distances by the percentile of the market's spread: 0.8 below 0.25, 1.5 above 0.75; 1 when it is not
-- known.
---@param percentile number?
---@return number
function M.spread(percentile) return percentile and K.spread_multiplier(percentile) or 1 end

--- A follower of the volatility regime: a function of (sigma, baseline, jump_ratio) that gives the regime ("low",
-- "normal", "high", "extreme"), the factor of distances, the factor of gamma, and whether flow is toxic. To be called
-- once a change of sigma.
M.volatility = K.volatility_regime

return M
