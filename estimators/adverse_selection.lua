-- estimators/adverse_selection.lua: what the price does to us after our fills (quant.md 7.6).
--
--   AS = -side (mid(t + h) - mid(t))/mid(t), side +1 for our buys; positive is a cost
--
-- Per side an EWMA over own fills and the mean with its standard error; below min_fills fills of a side no value.
local K = require "perigee.kernels"

local E = estimator {
  name = "adverse_selection", gives = "markout_cost", unit = "fraction",
  doc = "Mean move of the mid against us after our fills.",
  params = {
    horizon_s = { 1, min = 0.01, max = 600, unit = "s", doc = "time after a fill" },
    timeout_s = { 1, min = 0, max = 600, unit = "s", doc = "a fill without a mid so long after that is dropped" },
    alpha = { 0.1, min = 0.001, max = 1, doc = "EWMA weight of a fill" },
    min_fills = { 20, min = 1, max = 10000, doc = "warm-up, a side" },
  },
}

function E:on_start()
  local p = self.params
  self.markout = K.markout { horizon = p.horizon_s, timeout = p.timeout_s, alpha = p.alpha, min_fills = p.min_fills }
end

function E:on_fill(ctx, fill)
  if ctx.mid then self.markout:fill(ctx.now, fill.side, ctx.mid) end
end

function E:on_book(ctx)
  if not ctx.mid then return end
  self.markout:mid(ctx.now, ctx.mid)
  self.time = ctx.now
end

-- mean over both sides weighted by their fills, its standard error, status; or nil and the status
function E:value()
  local buys, status = self.markout:estimate "buy"
  local sells, sells_status = self.markout:estimate "sell"
  if not buys or not sells or not buys.mean or not sells.mean then return nil, buys and sells_status or status end
  local n = buys.n + sells.n
  local mean = (buys.n * buys.mean + sells.n * sells.mean) / n
  local se = buys.se and sells.se and math.sqrt((buys.n * buys.se) ^ 2 + (sells.n * sells.se) ^ 2) / n or nil
  return mean, se, "ok"
end

-- what to add to the distances of bids and of asks (fractions, never negative); nil and the status
function E:adjustments()
  local count = self.markout:count()
  if count ~= self.count then -- nothing else changes them
    self.count = count
    local buys, status = self.markout:estimate "buy"
    local sells, sells_status = self.markout:estimate "sell"
    self.buy_adjustment, self.sell_adjustment = nil, nil
    self.adjustment_status = not buys and status or sells_status
    if buys and sells then self.buy_adjustment, self.sell_adjustment = buys.adjustment, sells.adjustment end
  end
  if not self.buy_adjustment then return nil, self.adjustment_status end
  return self.buy_adjustment, self.sell_adjustment
end

return E
