-- estimators/sigma_garch.lua: GARCH(1,1) with Gaussian errors (Bollerslev 1986; quant.md 3.12).
--
--   r_t = mu + e_t, e_t = sigma_t z_t,   sigma_t^2 = omega + alpha e_{t-1}^2 + beta sigma_{t-1}^2
--
-- by maximum likelihood, z normal.
-- A fit runs beside the decisions every refit_s, and between fits the variance follows each closed step with the last
-- parameters. The value is the square root of the mean forecast variance over horizon_s, as a volatility. It has no
-- standard error (that would need the fit's whole covariance); fit() has those of the parameters.
local estimators = require "perigee.estimators"

local E = estimator {
  name = "sigma_garch", gives = "sigma_rel", unit = "1/sqrt(s)",
  doc = "GARCH(1,1) volatility with Gaussian errors.",
  params = {
    step_ms = { 5000, min = 50, unit = "ms", doc = "grid of the returns" },
    window_s = { 3600, min = 10, max = 86400, unit = "s", doc = "how far back returns are used" },
    min_returns = { 100, min = 10, doc = "warm-up: returns before the first fit" },
    refit_s = { 60, min = 1, max = 86400, unit = "s", doc = "time between fits" },
    horizon_s = { 60, min = 0, max = 86400, unit = "s", doc = "the variance is forecast over; 0: one step" },
    fit_latency_ms = { 20, min = 0, max = 60000, unit = "ms", doc = "after which a fit's result is used (backtest)" },
  },
}

estimators.garch(E)

function E:on_start(ctx) self:start(ctx, false) end

return E
