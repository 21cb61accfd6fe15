-- estimators/spread_regime.lua: where the present spread stands among those of the last minutes (quant.md 7.4).
--
--   percentile = (#less + 0.5 #equal)/n;   tight below 0.25, wide above 0.75
--
-- Sampled on a grid, so that time counts and not the number of updates.
local K = require "perigee.kernels"

local E = estimator {
  name = "spread_regime", gives = "percentile",
  doc = "Percentile of the relative spread among those of a window, 0 to 1.",
  params = {
    window_s = { 300, min = 10, max = 7200, unit = "s", doc = "how far back spreads are used" },
    step_ms = { 500, min = 50, unit = "ms", doc = "grid of the samples" },
  },
}

function E:on_start()
  self.spreads = K.spread_regime { window = self.params.window_s }
end

function E:on_sample(mid, ctx)
  if ctx.ask <= ctx.bid then return end
  self.spread = (ctx.ask - ctx.bid) / mid
  self.spreads:update(ctx.now, self.spread)
  self.time = ctx.now
end

-- percentile, no standard error, status; or nil and the status
function E:value()
  if not self.spread then return nil, "warmup" end
  return self.spreads:percentile(self.spread)
end

-- "tight", "normal" or "wide"; nil and the status
function E:regime()
  local p, status = self:value()
  if not p then return nil, status end
  return p < 0.25 and "tight" or p > 0.75 and "wide" or "normal"
end

-- 0.8 when tight, 1.5 when wide, else 1 (seed 003's multiplier of gamma); nil and the status
function E:multiplier()
  local p, status = self:value()
  if not p then return nil, status end
  return K.spread_multiplier(p)
end

return E
