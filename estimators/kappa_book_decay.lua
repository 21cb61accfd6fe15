-- estimators/kappa_book_decay.lua: decay of resting size with distance from the mid (seed 003; quant.md 4.9).
--
--   ln(size) = a - kappa_rel |price - mid|/mid over 15 levels a side, weights 1/(1 + 100 d)
--
-- An EWMA over the valid fits is the value. It describes resting liquidity, not fills (quant.md, register 16): a prior,
-- or a cross-check. It has no A.
local K = require "perigee.kernels"

local E = estimator {
  name = "kappa_book_decay", gives = "kappa_px", unit = "1/quote",
  doc = "Decay of resting size with distance; liquidity, not fills.",
  params = {
    levels = { 15, min = 2, max = 32, doc = "levels a side" },
    max_distance = { 0.01, min = 1e-5, max = 0.1, doc = "furthest level, of the mid" },
    refresh_ms = { 1000, min = 50, max = 60000, unit = "ms", doc = "time between fits" },
    half_life_updates = { 30, min = 1, max = 10000, doc = "of the average over fits" },
    min_updates = { 10, min = 1, max = 10000, doc = "warm-up" },
  },
}

function E:on_start(ctx)
  local p = self.params
  self.book_kappa = K.book_kappa { levels = p.levels, max_distance = p.max_distance }
  self.alpha = 1 - 2 ^ (-1 / p.half_life_updates)
  self.count, self.status = 0, "warmup"
  ctx:every(p.refresh_ms, function(c) self:refresh(c) end)
end

function E:refresh(ctx)
  if not (ctx.mid and ctx.ask > ctx.bid) then return end
  local kappa, status = self.book_kappa:estimate(ctx.book, ctx.mid)
  if not kappa then
    self.status = status
    return
  end
  self.count = self.count + 1
  self.mean = (self.mean or kappa) + self.alpha * (kappa - (self.mean or kappa))
  self.square = (self.square or 0) + self.alpha * ((kappa - self.mean) ^ 2 - (self.square or 0))
  self.mid, self.status, self.time = ctx.mid, "ok", ctx.now
end

-- value, standard deviation of the single fits, status; or nil and the status (of the last fit before the warm-up)
function E:value()
  if not self.mean then return nil, self.status end
  if self.count < self.params.min_updates then return nil, "warmup" end
  return self.mean / self.mid, math.sqrt(self.square) / self.mid, self.status == "ok" and "ok" or "low_quality"
end

-- the same kappa for bids and asks, 1/quote; nil and the status
function E:sides()
  local kappa, status = self:value()
  if not kappa then return nil, status end
  return kappa, kappa
end

-- a book's shape tells no intensity of fills
function E.intensity() return nil, "invalid_params" end

return E
