--- Dynamic risk aversion: every multiplier of seed 003's RiskConfig (quant.md 6.7) over the strategy's estimators.
--
-- A warning: a larger gamma narrows the part (1/gamma) ln(1 + gamma/kappa) of a spread. What must widen quotes is in
-- perigee.reactions and perigee.regime.
local K = require "perigee.kernels"

local M = {}

M.params = {
  gamma_dynamic = { false, doc = "gamma_rel times the multipliers of risk_gamma, within gamma_min and gamma_max" },
  gamma_min = { 0.05, min = 1e-9, max = 1e6, doc = "least gamma_rel when it is dynamic" },
  gamma_max = { 100, min = 1e-9, max = 1e6, doc = "most gamma_rel when it is dynamic" },
  sigma_baseline = { 2e-4, min = 1e-9, max = 1, unit = "1/sqrt(s)", doc = "volatility at which nothing is scaled" },
  gamma_volatility_weight = { 0.5, min = 0, max = 100, doc = "of the volatility above its baseline" },
  gamma_toxicity = { 0.3, min = 0, max = 100, doc = "of the jump ratio above 1.5" },
  gamma_inventory = { 2, min = 0, max = 100, doc = "of the squared utilisation above 0.5" },
  gamma_tail = { 4, min = 0, max = 100, doc = "of the severity of a cascade" },
  gamma_hawkes = { 0, min = 0, max = 100, doc = "of the flow's intensity above its baseline" },
}

--- The kernel with a strategy's parameters.
---@param p table<string, number>
---@return perigee.RiskGamma
function M.new(p)
  return K.risk_gamma { gamma_base = p.gamma_rel, gamma_min = p.gamma_min, gamma_max = p.gamma_max,
    sigma_baseline = p.sigma_baseline, volatility_weight = p.gamma_volatility_weight,
    toxicity_sensitivity = p.gamma_toxicity, inventory_sensitivity = p.gamma_inventory,
    tail_sensitivity = p.gamma_tail, hawkes_weight = p.gamma_hawkes }
end

--- Explains the factors of the last gamma; those of inputs that are missing are 1.
---@param ctx perigee.Context
---@param gamma perigee.RiskGamma
function M.explain(ctx, gamma)
  local names = K.gamma_factors
  for i = 1, #names do ctx:explain(names[i], gamma:of(names[i])) end
end

return M
