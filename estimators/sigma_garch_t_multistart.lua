-- estimators/sigma_garch_t_multistart.lua: GARCH(1,1)-t fitted from many more starts (quant.md 3.12.6).
--
--   r_t = mu + e_t, e_t = sigma_t z_t,   sigma_t^2 = omega + alpha e_{t-1}^2 + beta sigma_{t-1}^2
--
-- with Student t errors; after the twelve starts, random restarts around the best: each parameter times 8^U(-1,1). What
-- the reference systems call python_garch.
-- A fit runs beside the decisions every refit_s, and between fits the variance follows each closed step with the last
-- parameters. The value is the square root of the mean forecast variance over horizon_s, as a volatility. It has no
-- standard error (that would need the fit's whole covariance); fit() has those of the parameters.
local estimators = require "perigee.estimators"

local E = estimator {
  name = "sigma_garch_t_multistart", gives = "sigma_rel", unit = "1/sqrt(s)",
  doc = "GARCH(1,1)-t volatility, the maximum sought with random restarts.",
  params = {
    step_ms = { 5000, min = 50, unit = "ms", doc = "grid of the returns" },
    window_s = { 3600, min = 10, max = 86400, unit = "s", doc = "how far back returns are used" },
    min_returns = { 100, min = 10, doc = "warm-up: returns before the first fit" },
    refit_s = { 60, min = 1, max = 86400, unit = "s", doc = "time between fits" },
    horizon_s = { 60, min = 0, max = 86400, unit = "s", doc = "the variance is forecast over; 0: one step" },
    restarts = { 100, min = 1, max = 1000, doc = "random restarts around the best of the twelve starts" },
    seed = { 1, min = 0, max = 1e9, doc = "of the restarts" },
    fit_latency_ms = { 20, min = 0, max = 60000, unit = "ms", doc = "after which a fit's result is used (backtest)" },
  },
}

estimators.garch(E)

function E:on_start(ctx) self:start(ctx, true, self.params.restarts, self.params.seed) end

return E
