--- Risk for scripts: dynamic gamma, volatility regimes, additive edges and knife factors.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local class, status_name = common.class, common.status

local K = {}

local factors = { "m_vol", "m_tox", "m_inv", "m_tail", "m_hawkes", "m_spread", "m_book" }
K.gamma_factors = factors
local missing_names = { "sigma", "jump_ratio", "inventory", "severity", "hawkes", "spread", "book" }
local nan = 0 / 0

---@class perigee.RiskGamma
local RiskGamma = class()

--- Dynamic risk aversion (seed 003's RiskConfig; quant.md 6.7): gamma = clamp(base times the factors, min, max), all in
-- return space. `config` overrides defaults by the names of pg_risk_gamma_config.
---@param config? table<string, number|boolean>
---@return perigee.RiskGamma
function K.risk_gamma(config)
  local c = ffi.new "pg_risk_gamma_config"
  C.pg_risk_gamma_defaults(c)
  for name, value in pairs(config or {}) do
    local known = pcall(function() c[name] = value end)
    if not known then error(("risk_gamma: there is no setting '%s', or it is no %s"):format(name, type(value)), 2) end
  end
  local input, out = ffi.new "pg_risk_gamma_input", ffi.new "pg_risk_gamma"
  local self = setmetatable({}, RiskGamma)

  function self.run(sigma_rel, jump_ratio, u, severity, hawkes_ratio, spread_percentile, book_ratio)
    input.sigma_rel, input.jump_ratio, input.u = sigma_rel or nan, jump_ratio or nan, u or nan
    input.severity, input.hawkes_ratio = severity or nan, hawkes_ratio or nan
    input.spread_percentile, input.book_ratio = spread_percentile or nan, book_ratio or nan
    local status = C.pg_risk_gamma_compute(out, c, input)
    if status ~= 0 then return nil, status_name(status) end
    return out.gamma
  end

  function self.factor(name) return out[name] end

  function self.absent()
    local list, bits = {}, tonumber(out.missing)
    for i = 1, #missing_names do
      if bit.band(bits, bit.lshift(1, i - 1)) ~= 0 then list[#list + 1] = missing_names[i] end
    end
    return list
  end

  return self
end

--- gamma for the inputs as they are now; nil stands for an input that is missing (factor 1). nil and the status.
---@param sigma_rel? number 1/sqrt(s)
---@param jump_ratio? number
---@param u? number inventory utilisation, -1 to 1
---@param severity? number of a liquidation cascade
---@param hawkes_ratio? number intensity over its baseline
---@param spread_percentile? number 0 to 1
---@param book_ratio? number reference depth over near depth
function RiskGamma:gamma(sigma_rel, jump_ratio, u, severity, hawkes_ratio, spread_percentile, book_ratio)
  return self.run(sigma_rel, jump_ratio, u, severity, hawkes_ratio, spread_percentile, book_ratio)
end

--- A factor of the last gamma: "m_vol", "m_tox", "m_inv", "m_tail", "m_hawkes", "m_spread", "m_book".
function RiskGamma:of(name) return self.factor(name) end

--- The inputs that were missing for the last gamma.
---@return string[]
function RiskGamma:missing() return self.absent() end

local regime_names = { [-1] = "low", [0] = "normal", [1] = "high", [2] = "extreme" }

--- Volatility regimes with hysteresis (seed 003; quant.md 3.6). Returns a function of (sigma, baseline, jump_ratio)
-- that gives the regime, its spread multiplier, its gamma multiplier and whether flow is toxic; nil and the status. To
-- be called once an update of sigma: rises count after 2 calls, falls after 8.
function K.volatility_regime()
  local regime, out = ffi.new "pg_regime", ffi.new "pg_regime_state"
  return function(sigma, baseline, jump_ratio)
    local status = C.pg_regime_update(out, regime, sigma, baseline, jump_ratio or 1)
    if status ~= 0 then return nil, status_name(status) end
    return regime_names[tonumber(out.code)], out.spread_multiplier, out.gamma_multiplier, out.toxic
  end
end

--- What has to be added to a distance for fee, adverse selection and latency (quant.md 6.9), quote units.
function K.edge_terms(fee_px, adverse_px, k_latency, sigma_px, latency_s)
  return C.pg_edge_terms(fee_px, adverse_px, k_latency, sigma_px, latency_s)
end

--- The least distance that pays for itself: 1.1 (fee + |adverse| + sigma sqrt(latency)) (quant.md 6.9), quote units.
function K.half_spread_floor(fee_px, adverse_px, sigma_px, latency_s)
  return C.pg_half_spread_floor(fee_px, adverse_px, sigma_px, latency_s)
end

--- Factor of a side's distance when a knife falls on it (seed 003; quant.md 6.9). exposure: u for bids, -u for asks.
function K.knife_factor(score, exposure) return C.pg_knife_factor(score, exposure) end

return K
