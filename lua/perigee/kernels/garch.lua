--- GARCH(1,1) for scripts: a window of returns, fits as jobs for ctx:work, and the variance updated between fits.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"
local work = require "perigee.work"

local C = host.C
local K = {}

---@class perigee.Garch
local Garch = common.class()

local parameter_names = { "mu", "omega", "alpha", "beta", "nu" }

--- A table of the fit that a script may keep: parameters, standard errors, log-likelihood.
local function fit_table(fit, student, status)
  local t = { n = tonumber(fit.n), loglik = fit.loglik, status = common.status(status), se = {} }
  for i, name in ipairs(parameter_names) do
    if name ~= "nu" or student then
      t[name] = fit.params[name]
      t.se[name] = common.finite(fit.se_robust[i - 1])
    end
  end
  return t
end

--- GARCH(1,1) of log returns on a grid (Bollerslev 1986, 1987; quant.md 3.12), with Gaussian or Student t errors.
-- Every refit starts at the last optimum; every tenth from all starts (3.12.6).
---@param options {returns: integer, step: number, student: boolean, restarts?: integer, seed?: integer} step in seconds
---@return perigee.Garch
function K.garch(options)
  local fn = "garch"
  local step = common.number(fn, "step", options.step, 1e-9)
  local window = common.window(common.count(fn, "returns", options.returns, 10, 200000))
  local student = options.student and true or false
  local restarts = common.count(fn, "restarts", options.restarts or 0, 0, 1000)
  local seed = common.count(fn, "seed", options.seed or 1, 0, 2 ^ 52)
  local params, state, sample = ffi.new "pg_garch_params", ffi.new "pg_garch_state", ffi.new "pg_sigma"
  local fits, since = 0, 0
  local self = setmetatable({ step = step, count = 0 }, Garch)

  function self.push(r)
    window.push1(r)
    since = since + 1
    if self.fit then C.pg_garch_update(state, params, r) end
  end

  --- The steps that closed while the fit was computed.
  local function catch_up()
    local r, n = window.get()
    for i = math.max(0, n - since), n - 1 do C.pg_garch_update(state, params, r[i]) end
  end

  function self.make_job()
    local job = ffi.new "pg_work"
    local r, n = window.copy()
    local scratch = ffi.new("double[?]", math.max(n, 1))
    local g = job.garch
    job.kind = C.PG_WORK_GARCH
    g.returns, g.n, g.scratch = r, n, scratch
    g.options.dist = student and C.PG_GARCH_STUDENT or C.PG_GARCH_NORMAL
    g.options.restarts, g.options.seed = restarts, seed
    g.options.warm = self.fit ~= nil and fits % 10 ~= 0
    if self.fit then g.options.start = params end
    since = 0
    return work.job(job, { r, scratch }, function()
      local status = job.status
      fits = fits + 1
      self.status = common.status(status)
      if not C.pg_kstatus_usable(status) then
        self.fit = nil
        return nil, self.status
      end
      ffi.copy(params, g.fit.params, ffi.sizeof(params))
      state.sigma2, state.e = g.fit.last_sigma2, g.fit.last_e
      self.fit = fit_table(g.fit, student, status)
      catch_up()
      if self.status == "ok" and not self.is_sane(self.forecast(step)) then self.status = "low_quality" end
      return self.fit, self.status
    end)
  end

  --- Whether a volatility is within a factor 5 of the window's sample one (seed 004; quant.md 3.4).
  function self.is_sane(sigma)
    local r, n = window.get()
    return C.pg_sigma_sample(sample, r, n, step) ~= 0 or C.pg_sigma_sane(sigma, sample.sigma_rel, 5)
  end

  function self.forecast(horizon) return C.pg_garch_sigma(params, state.sigma2, state.e, step, horizon) end
  return self
end

--- Takes in a price, one step after the last one. Between fits the variance follows with the last parameters.
function Garch:update(price)
  local r = common.log_return(self, price)
  if r then
    self.push(r)
    self.count = self.count + 1
  end
end

function Garch:gap() self.last = nil end

--- A fit of the returns so far, for ctx:work.
function Garch:job() return self.make_job() end

--- Volatility over the next horizon seconds in 1/sqrt(s): square root of the mean forecast variance. No standard error:
-- it would need the fit's whole covariance. The status is the fit's. nil and the status before the first fit.
---@return number? sigma_rel
---@return nil|string se
---@return string? status
function Garch:sigma_rel(horizon)
  if not self.fit then return nil, self.status or "warmup" end
  local sigma = common.finite(self.forecast(common.number("garch", "horizon", horizon, 0)))
  if not sigma or sigma <= 0 then return nil, "bad_input" end
  return sigma, nil, self.status
end

return K
