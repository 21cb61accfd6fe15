-- estimators/fair_microprice.lua: the mid expected 300 ms ahead, by regression (seed 003; quant.md 5.2).
--
--   fair = mid (1 + clamp(b_book I_book + b_flow I_flow, +-max_adjustment))
--
-- b by ridge regression of later mid moves on the imbalances of the book (5 levels) and of the flow of trades (1 s)
-- over the last minute. When the regression explains less than min_r2 the value is the mid, with status weak_signal.
-- When to use: instead of fair_mid wherever trades and book are both recorded.
local K = require "perigee.kernels"

local E = estimator {
  name = "fair_microprice", gives = "price", unit = "quote",
  doc = "Expected mid a short time ahead from book and flow imbalance.",
  params = {
    horizon_ms = { 300, min = 10, max = 10000, unit = "ms", doc = "how far ahead" },
    window_s = { 60, min = 5, max = 3600, unit = "s", doc = "how far back moves are used" },
    min_observations = { 50, min = 3, max = 100000, doc = "warm-up" },
    levels = { 5, min = 1, max = 32, doc = "levels of the book imbalance" },
    max_adjustment_bps = { 10, min = 0, max = 100, unit = "bps", doc = "furthest from the mid" },
    min_r2 = { 1e-4, min = 0, max = 1, doc = "below it the value is the mid" },
    max_stale_s = { 5, min = 0, max = 3600, unit = "s", doc = "how long the last valid price is kept" },
  },
}

function E:on_start(ctx)
  local p = self.params
  self.now = ctx.now
  self.flow = K.flow_imbalance { window = 1, half_life = 1, alpha = 0.1 }
  self.price = K.microprice { horizon = p.horizon_ms / 1000, window = p.window_s,
    min_observations = p.min_observations, max_adjustment = p.max_adjustment_bps * 1e-4, min_r2 = p.min_r2 }
end

function E:on_trade(ctx, trade)
  if trade.side then self.flow:trade(ctx.now, trade.side, trade.size) end
end

function E:on_book(ctx)
  self.now = ctx.now
  if not (ctx.bid and ctx.ask and ctx.ask > ctx.bid) then return end
  self.price:update(ctx.now, ctx.mid, ctx.book:imbalance(self.params.levels), self.flow:value(ctx.now) or 0)
  self.time = ctx.now
end

-- value in quote units, no standard error, status ("weak_signal": the mid itself); or nil and the status
function E:value()
  if not self.time then return nil, "warmup" end
  if self.now - self.time > self.params.max_stale_s then return nil, "stale" end
  local price, status = self.price:value()
  if not price then return nil, status end
  return price, nil, status
end

-- where the value comes from: "regression", or "fallback:mid"
function E:source()
  local price, status = self.price:value()
  if not price then return nil, status end
  return status == "ok" and "regression" or "fallback:mid"
end

return E
