--- Volatility for scripts: exponentially weighted, sample, bipower, hybrid. All in 1/sqrt(s), of prices on a grid.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local number, count, class, result = common.number, common.count, common.class, common.result
local log_return, window_of = common.log_return, common.window

local K = {}

---@class perigee.EwmaVariance
local EwmaVariance = class()

--- Exponentially weighted variance of log returns (RiskMetrics 1996; quant.md 3.3).
---@param options {half_life: number, step: number, winsor_sigmas?: number} seconds; winsor_sigmas 0: off
---@return perigee.EwmaVariance
function K.ewma_variance(options)
  local fn = "ewma_variance"
  local half_life = number(fn, "half_life", options.half_life, 1e-9)
  local step = number(fn, "step", options.step, 1e-9)
  local state = ffi.new "pg_ewma_variance"
  state.start_count = 1
  state.winsor_sigmas = number(fn, "winsor_sigmas", options.winsor_sigmas or 0, 0)
  local alpha, out = C.pg_ewma_alpha(half_life / step), ffi.new "double[1]"
  return setmetatable({ step = step, count = 0, effective = (2 - alpha) / alpha,
    update_state = function(r) return C.pg_ewma_variance_update(state, r, alpha) end,
    read_state = function() return C.pg_ewma_variance_read(out, state), out[0] end }, EwmaVariance)
end

--- Takes in a price, one step after the last one.
function EwmaVariance:update(price)
  local r = log_return(self, price)
  if r and self.update_state(r) == 0 then self.count = self.count + 1 end
end

--- The next price is no step after the last one.
function EwmaVariance:gap() self.last = nil end

--- Volatility in 1/sqrt(s), its standard error (for normal returns: sigma/sqrt(2 n), n the effective number of
-- returns) and "ok"; nil and "warmup" before min_returns returns.
---@return number? sigma_rel
---@return number|string|nil se
---@return string? status
function EwmaVariance:sigma_rel(min_returns)
  if self.count < (min_returns or 1) then return nil, "warmup" end
  local status, variance = self.read_state()
  if status == 0 and variance <= 0 then return nil, "zero_variation" end
  local sigma = math.sqrt(variance / self.step)
  return result(status, sigma, sigma / math.sqrt(2 * math.min(self.effective, self.count)))
end

---@class perigee.SigmaWindow
local SigmaWindow = class()

local function window_object(fn, options, least, read)
  local step = number(fn, "step", options.step, 1e-9)
  local window = window_of(count(fn, "returns", options.returns, least, 1e6))
  return setmetatable({ step = step, push = window.push1, count = 0, read = function(self)
    return read(self, window.get())
  end }, SigmaWindow)
end

--- Sample standard deviation of the last `returns` log returns (quant.md 3.1).
---@param options {returns: integer, step: number} step in seconds
---@return perigee.SigmaWindow
function K.sigma_window(options)
  local out = ffi.new "pg_sigma"
  return window_object("sigma_window", options, 2, function(self, data, n)
    local status = C.pg_sigma_sample(out, data, n, self.step)
    return result(status, out.sigma_rel, out.se_rel)
  end)
end

--- Jump-robust volatility from bipower variation of the last `returns` returns (Barndorff-Nielsen & Shephard 2004;
-- quant.md 3.5). The second result is the standard error by the asymptotic variance 2.609 / n of BV/IV.
---@param options {returns: integer, step: number} step in seconds
---@return perigee.SigmaWindow
function K.bipower_window(options)
  local out = ffi.new "pg_bipower"
  return window_object("bipower_window", options, 3, function(self, data, n)
    local status = C.pg_bipower_window(out, data, n)
    self.jump_ratio = status == 0 and common.finite(out.jump_ratio) or nil
    self.jump_z = status == 0 and common.finite(out.z) or nil
    local sigma = math.sqrt(out.bv / (tonumber(n) * self.step))
    return result(status, sigma, sigma * 0.5 * math.sqrt(2.609 / tonumber(n)))
  end)
end

--- Takes in a price, one step after the last one.
function SigmaWindow:update(price)
  local r = log_return(self, price)
  if r then
    self.push(r)
    self.count = self.count + 1
  end
end

function SigmaWindow:gap() self.last = nil end

--- Volatility in 1/sqrt(s), its standard error and "ok"; nil and the status when there is none.
function SigmaWindow:sigma_rel(min_returns)
  if self.count < (min_returns or 2) then return nil, "warmup" end
  if self.read_at ~= self.count then -- a pass over the window for every return, not for every question
    self.read_at, self.value, self.se, self.status = self.count, self.read(self)
  end
  return self.value, self.se, self.status
end

---@class perigee.HybridVolatility
local Hybrid = class()

--- A fast EWMA grounded to a particle filter of the log variance (quant.md 3.10; Gordon, Salmond & Smith 1993).
---@param options {half_life: number, step: number, particles: integer, mu: number, phi: number, s_eta: number,
---  seed: integer} seconds; mu, phi, s_eta of the log variance (1/s)
---@return perigee.HybridVolatility
function K.hybrid_volatility(options)
  local fn = "hybrid_volatility"
  local n = count(fn, "particles", options.particles, 2, 20000)
  local step = number(fn, "step", options.step, 1e-9)
  local state, out, settings = ffi.new "pg_hybrid", ffi.new "pg_hybrid_estimate", ffi.new "pg_hybrid_options"
  local h, weight, scratch = ffi.new("double[?]", n), ffi.new("double[?]", n), ffi.new("double[?]", n)
  C.pg_hybrid_defaults(settings)
  settings.half_life_s = number(fn, "half_life", options.half_life, 1e-9)
  settings.mu, settings.phi = number(fn, "mu", options.mu), number(fn, "phi", options.phi)
  settings.s_eta = number(fn, "s_eta", options.s_eta, 0)
  local status = C.pg_hybrid_init(state, settings, count(fn, "seed", options.seed, 0, 2 ^ 52), h, weight, scratch, n)
  if status ~= 0 then error(fn .. ": " .. common.status(status), 2) end
  common.anchor(state, h, weight, scratch)
  return setmetatable({ step = step, count = 0,
    update_state = function(r) return C.pg_hybrid_update(state, r, step) end,
    read_state = function(cv)
      local read = C.pg_hybrid_read(out, state, cv)
      return read, out.sigma, out.sigma_slow, out.weight, out.sigma_fast
    end }, Hybrid)
end

function Hybrid:update(price)
  local r = log_return(self, price)
  if r and self.update_state(r) == 0 then self.count = self.count + 1 end
end

function Hybrid:gap() self.last = nil end

--- Volatility in 1/sqrt(s); cv is the coefficient of variation of the trade rate.
function Hybrid:sigma_rel(min_returns, cv)
  if self.count < (min_returns or 1) then return nil, "warmup" end
  local status, sigma, slow, weight, fast = self.read_state(cv)
  self.sigma_slow, self.weight = common.finite(slow), common.finite(weight)
  if status == 0 and fast <= 0 then return nil, "zero_variation" end
  return result(status, sigma)
end

return K
