-- estimators/kappa_simple.lua: trades a second (quant.md 4.2, what R1 calls "simple").
--
--   rate = N/W, with the exact Poisson interval
--
-- This is the intensity A, or twice A, not a decay: it has the unit 1/s and cannot stand in a kappa slot of a quoting
-- model (quant.md, register 14), so it has no sides(). It is for displays and for strategies that want a trade rate.
local K = require "perigee.kernels"

local E = estimator {
  name = "kappa_simple", gives = "trade_rate", unit = "1/s",
  doc = "Public trades a second over a window; not a kappa.",
  params = {
    window_s = { 600, min = 1, max = 86400, unit = "s", doc = "how far back trades are counted" },
  },
}

function E:on_start()
  self.rate = K.trade_rate { window = self.params.window_s }
end

function E:on_trade(ctx)
  self.rate:update(ctx.now)
  self.time = ctx.now
end

-- value, half the width of the 95 % interval, status; or nil and the status
function E:value() return self.rate:rate(self.ctx.now) end

return E
