--- Slower processes for scripts: funding, the spread's regime, momentum, trends.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local number, count, class, result = common.number, common.count, common.class, common.result

local K = {}

---@class perigee.Funding
local Funding = class()

--- Smoothed funding rate (quant.md 7.3): rates are fractions a period, everything leaves as a fraction a second.
---@param options {half_life_periods: number}
---@return perigee.Funding
function K.funding(options)
  local state, out = ffi.new "pg_funding", ffi.new "pg_funding_estimate"
  state.half_life_periods = number("funding", "half_life_periods", options.half_life_periods, 1e-3)
  return setmetatable({
    add = function(rate, period)
      state.period_s = period
      return C.pg_funding_update(state, rate)
    end,
    run = function() return C.pg_funding_read(out, state), out.rate_s, out.apr end,
    cost = function(_, position, mark, rate_s, horizon) return C.pg_funding_cost(position, mark, rate_s, horizon) end,
  }, Funding)
end

--- A settled rate over a period of seconds.
function Funding:update(rate, period)
  return common.status(self.add(number("funding", "rate", rate), number("funding", "period", period, 1)))
end

--- Fraction a second, positive when longs pay; and a year. nil and "warmup" below 3 periods.
function Funding:rate_s()
  local status, rate, apr = self.run()
  local value, word = result(status, rate)
  if not value then return nil, word end
  return value, common.finite(apr)
end

---@class perigee.SpreadRegime
local SpreadRegime = class()

--- Percentile of the present relative spread among those of a window (quant.md 7.4).
---@param options {window: number} seconds
---@return perigee.SpreadRegime
function K.spread_regime(options)
  local capacity = 65536
  local state, out = ffi.new "pg_spread_regime", ffi.new "double[1]"
  local time, bin = ffi.new("double[?]", capacity), ffi.new("uint8_t[?]", capacity)
  state.window_s = number("spread_regime", "window", options.window, 1)
  state.ring_s, state.ring_bin, state.capacity = time, bin, capacity
  common.anchor(state, time, bin)
  return setmetatable({
    add = function(t, spread) return C.pg_spread_regime_update(state, t, spread) end,
    run = function(spread) return C.pg_spread_regime_read(out, state, spread), out[0] end }, SpreadRegime)
end

--- A relative spread (fraction of the mid) at a time in seconds.
function SpreadRegime:update(time, spread) self.add(time, spread) end

--- Percentile of a spread in [0, 1]; nil and "warmup" below 20 samples.
function SpreadRegime:percentile(spread)
  local status, p = self.run(spread)
  return result(status, p)
end

--- 0.8 when tight (below 0.25), 1.5 when wide (above 0.75), else 1.
function K.spread_multiplier(percentile)
  return C.pg_spread_multiplier(number("spread_multiplier", "percentile", percentile))
end

---@class perigee.Momentum
local Momentum = class()

--- Sum of log returns over a short window, with falling- and rising-knife scores (seed 003; quant.md 7.5).
---@param options {window: number} seconds
---@return perigee.Momentum
function K.momentum(options)
  local capacity = 8192
  local state, out = ffi.new "pg_momentum", ffi.new "pg_momentum_scores"
  local ms, r = ffi.new("double[?]", capacity), ffi.new("double[?]", capacity)
  state.window_ms = number("momentum", "window", options.window, 1e-3) * 1000
  state.ring_ms, state.ring_r, state.capacity = ms, r, capacity
  common.anchor(state, ms, r)
  return setmetatable({
    add = function(t, value) return C.pg_momentum_update(state, t * 1000, value) end,
    run = function(t, scale)
      return C.pg_momentum_read(out, state, t * 1000, scale), out.momentum_bps, out.falling, out.rising
    end }, Momentum)
end

--- A price at a time in seconds.
function Momentum:update(time, price)
  if price == self.last then return end
  local r = common.log_return(self, price)
  if r and r ~= 0 then self.add(time, r) end
end

--- Momentum in bps, falling and rising score (0 to 3); nil and the status. scale_bps: of the scores.
function Momentum:scores(time, scale_bps)
  local status, bps, falling, rising = self.run(time, scale_bps)
  local value, word = result(status, bps)
  if not value then return nil, word end
  return value, common.finite(falling), common.finite(rising)
end

--- k standard deviations over a window, in bps: a scale for the scores.
function K.momentum_scale(sigma_rel, window, k)
  return common.finite(C.pg_momentum_scale(sigma_rel, window * 1000, k))
end

---@class perigee.Trend
local Trend = class()

--- Fast and slow exponential moving averages and SuperTrend over candles (seed 004; quant.md 6.6).
---@param options {fast: integer, slow: integer, period: integer, multiplier: number} candles; multiples of the ATR
---@return perigee.Trend
function K.trend(options)
  local fn = "trend"
  local fast, slow, super = ffi.new "pg_ema", ffi.new "pg_ema", ffi.new "pg_supertrend"
  fast.period = count(fn, "fast", options.fast, 1, 1e5)
  slow.period = count(fn, "slow", options.slow, 1, 1e5)
  super.period = count(fn, "period", options.period, 1, 1e5)
  super.multiplier = number(fn, "multiplier", options.multiplier, 0)
  local out = ffi.new "double[2]"
  return setmetatable({
    add = function(high, low, close)
      C.pg_ema_update(fast, close)
      C.pg_ema_update(slow, close)
      return C.pg_supertrend_update(super, high, low, close)
    end,
    run = function()
      local status = C.pg_ema_read(out, fast)
      if status == 0 then status = C.pg_ema_read(out + 1, slow) end
      return status, out[0], out[1], super.direction
    end,
    buys = function(_, a, b, direction) return C.pg_trend_buys(a, b, direction) end }, Trend)
end

function Trend:candle(high, low, close) return common.status(self.add(high, low, close)) end

--- Fast and slow average and SuperTrend's direction (1 up, -1 down, 0 not yet); nil and "warmup".
function Trend:read()
  local status, fast, slow, direction = self.run()
  local value, word = result(status, fast)
  if not value then return nil, word end
  return value, slow, direction
end

--- q-quantile of the first n numbers of a list, sorted ascending (linear interpolation, quant.md 0.4).
function K.quantile(sorted, q)
  local n = #sorted
  if n == 0 then return nil, "too_few_points" end
  local at = number("quantile", "q", q, 0) * (n - 1)
  local low = math.min(math.floor(at), n - 1)
  local high = math.min(low + 1, n - 1)
  return sorted[low + 1] + (at - low) * (sorted[high + 1] - sorted[low + 1])
end

return K
