-- strategies/obi.lua: quotes around a forecast from order-book imbalance, standardised over a window.
--
--   alpha = z-score of the imbalance of sizes within depth_bps of the mid;   forecast = mid (1 + c alpha 1e-4)
--   bid, ask = forecast (1 - s u 1e-4) -+ half
--
-- The forecast leans towards the heavier side of the book, the skew against the inventory. Source: the linear signal of
-- Cartea, Donnelly & Jaimungal (2018), "Enhancing trading strategies with order book signals", in standardised form.
-- When to use: where the tick is small and the book is deep; measure c with `perigee fit` and a sweep first.
local params = require "perigee.params"
local sizing = require "perigee.sizing"
local skew = require "perigee.skew"

local S = strategy {
  name = "obi",
  doc = "Quotes around a price forecast from order-book imbalance.",
  params = params.join({
    depth_bps = { 25, min = 0.1, max = 1000, unit = "bps", doc = "how far from the mid sizes count" },
    window_s = { 600, min = 10, max = 86400, unit = "s", doc = "window of mean and deviation of the imbalance" },
    alpha_bps = { 1, min = -100, max = 100, unit = "bps", doc = "forecast by a standard deviation of imbalance" },
    max_alpha = { 3, min = 0.1, max = 10, doc = "standard deviations that count at the most" },
    half_spread_bps = { 5, min = 0.01, max = 500, unit = "bps", doc = "distance of both quotes from the forecast" },
    skew_bps = { 5, min = 0, max = 500, unit = "bps", doc = "shift of both quotes at full inventory" },
    step_ms = { 500, min = 50, max = 60000, unit = "ms", doc = "grid on which the imbalance is sampled" },
  }, skew.params, sizing.params),
  estimators = { fair = "fair_mid" },
}

function S:on_start(ctx)
  local p = self.params
  self.limit = skew.limit(p.inventory_limit, ctx.max_position)
  self.bid, self.ask = { 0, 0 }, { 0, 0 }
  self.quotes = { bid = self.bid, ask = self.ask }
  self.mean, self.variance, self.n = 0, 0, 0
  self.weight = p.step_ms / 1000 / p.window_s
  ctx:every(p.step_ms, function(c) self:sample(c) end)
end

-- (bid - ask size)/total within depth_bps of the mid.
function S:imbalance(ctx)
  local reach = ctx.mid * self.params.depth_bps * 1e-4
  local bid, ask = ctx.book:depth("bid", ctx.mid - reach), ctx.book:depth("ask", ctx.mid + reach)
  local total = bid + ask
  return total > 0 and (bid - ask) / total or 0
end

-- Exponentially weighted mean and variance; plain averages until the window is full.
function S:sample(ctx)
  if not ctx.mid then return end
  self.n = self.n + 1
  local w = math.max(self.weight, 1 / self.n)
  local d = self:imbalance(ctx) - self.mean
  self.mean = self.mean + w * d
  self.variance = (1 - w) * (self.variance + w * d * d)
end

function S:on_book(ctx)
  local fair, why = ctx.fair:value()
  if not fair then return ctx:quote_none(why) end
  local p, q = self.params, ctx.position
  if self.n < 60 or self.variance <= 0 then return ctx:quote_none "warmup" end
  local size
  size, why = sizing.side(p, fair, ctx.lot, ctx.capital)
  if not size then return ctx:quote_none(why) end
  local u = skew.utilisation(q, self.limit)
  local z = (self:imbalance(ctx) - self.mean) / math.sqrt(self.variance)
  z = math.max(-p.max_alpha, math.min(p.max_alpha, z))
  local ref = fair * (1 + p.alpha_bps * z * 1e-4) + skew.linear(fair, u, p.skew_bps)
  local half = fair * p.half_spread_bps * 1e-4
  self.bid[1], self.ask[1] = ref - half, ref + half
  self.bid[2], self.ask[2] = sizing.sides(size, q, self.limit, u, false)
  ctx:explain("fair", fair)
  ctx:explain("imbalance", z)
  ctx:explain("skew", ref - fair)
  ctx:quote(self.quotes)
end

return S
