-- estimators/trend.lua: moving averages and SuperTrend on candles of the mid (seed 004; quant.md 6.6).
--
--   EMA_k: alpha = 2/(k + 1);   SuperTrend: (high + low)/2 +- m ATR (Wilder 1978) with the usual ratchet
--
-- The value is ln(fast/slow): positive in a rise. buys() is seed 004's filter: the buy side is quoted only while the
-- fast average is above the slow one and SuperTrend does not point down; sells that reduce are never blocked.
local K = require "perigee.kernels"

local E = estimator {
  name = "trend", gives = "trend", unit = "fraction",
  doc = "Fast over slow moving average of the mid, with SuperTrend's direction.",
  params = {
    candle_s = { 60, min = 1, max = 86400, unit = "s", doc = "length of a candle" },
    fast = { 9, min = 1, max = 10000, unit = "candles", doc = "period of the fast average" },
    slow = { 26, min = 1, max = 10000, unit = "candles", doc = "period of the slow average" },
    period = { 10, min = 1, max = 10000, unit = "candles", doc = "SuperTrend: period of the true range" },
    multiplier = { 3, min = 0, max = 100, doc = "SuperTrend: width of the bands in true ranges" },
  },
}

function E:on_start(ctx)
  local p = self.params
  self.filter = K.trend { fast = p.fast, slow = p.slow, period = p.period, multiplier = p.multiplier }
  ctx:every(p.candle_s * 1000, function(c) self:close(c) end)
end

function E:on_book(ctx)
  local mid = ctx.mid
  if not (mid and ctx.ask > ctx.bid) then return end
  self.last = mid
  self.high = self.high and math.max(self.high, mid) or mid
  self.low = self.low and math.min(self.low, mid) or mid
end

-- a candle without a book update is flat at the last mid
function E:close(ctx)
  if not self.last then return end
  self.filter:candle(self.high or self.last, self.low or self.last, self.last)
  self.high, self.low = nil, nil
  self.time = ctx.now
end

-- ln(fast/slow), no standard error, status; or nil and the status
function E:value()
  local fast, slow = self.filter:read()
  if not fast then return nil, slow end
  return math.log(fast / slow), nil, "ok"
end

-- SuperTrend's direction: 1 up, -1 down, 0 not yet; nil and the status
function E:direction()
  local fast, slow, direction = self.filter:read()
  if not fast then return nil, slow end
  return direction
end

-- whether the buy side may be quoted; nil and the status
function E:buys()
  local fast, slow, direction = self.filter:read()
  if not fast then return nil, slow end
  return self.filter:buys(fast, slow, direction)
end

return E
