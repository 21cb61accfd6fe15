--- Fair prices for scripts: imbalances of book and flow, weighted mid, the regression microprice.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local number, count, class = common.number, common.count, common.class

local K = {}

---@class perigee.FlowImbalance
local FlowImbalance = class()

--- (buys - sells)/total of taker volume over a window, smoothed a trade, fading when nothing trades (quant.md 5.1).
---@param options {window: number, half_life: number, alpha: number} seconds
---@return perigee.FlowImbalance
function K.flow_imbalance(options)
  local fn, capacity = "flow_imbalance", 4096
  local state, out = ffi.new "pg_flow_imbalance", ffi.new "double[1]"
  local time, signed = ffi.new("double[?]", capacity), ffi.new("double[?]", capacity)
  state.window_s = number(fn, "window", options.window, 1e-3)
  state.half_life_s = number(fn, "half_life", options.half_life, 1e-3)
  state.alpha = number(fn, "alpha", options.alpha, 1e-6)
  state.ring_s, state.ring_signed, state.capacity = time, signed, capacity
  common.anchor(state, time, signed)
  return setmetatable({
    add = function(t, side, size) return C.pg_flow_imbalance_trade(state, t, side, size) end,
    run = function(t) return C.pg_flow_imbalance_read(out, state, t), out[0] end }, FlowImbalance)
end

---@param side "buy"|"sell" of the aggressor
function FlowImbalance:trade(time, side, size) self.add(time, common.side("flow_imbalance", side), size) end

--- Imbalance in [-1, 1]; nil and "warmup" before the first trade.
function FlowImbalance:value(time)
  local status, value = self.run(time)
  return common.result(status, value)
end

--- The mid weighted by the opposite sizes at the touch (quant.md 5.1): quote units; nil and the status.
function K.weighted_mid(bid, bid_size, ask, ask_size)
  local out = ffi.new "double[1]"
  local status = C.pg_weighted_mid(out, bid, bid_size, ask, ask_size)
  return common.result(status, out[0])
end

---@class perigee.Microprice
local Microprice = class()

--- The mid expected some 300 ms ahead, by ridge regression on book and flow imbalance (seed 003; quant.md 5.2).
---@param options {horizon: number, window: number, min_observations: integer, max_adjustment: number, min_r2: number}
---  seconds, fractions
---@return perigee.Microprice
function K.microprice(options)
  local fn, capacity = "microprice", 16384
  local state, out = ffi.new "pg_microprice", ffi.new "pg_microprice_estimate"
  local ring = ffi.new("pg_microprice_entry[?]", capacity)
  C.pg_microprice_defaults(state.options)
  state.options.horizon_ms = number(fn, "horizon", options.horizon, 1e-3) * 1000
  state.options.window_ms = number(fn, "window", options.window, 1) * 1000
  state.options.min_observations = count(fn, "min_observations", options.min_observations, 3, 1e6)
  state.options.max_adjustment = number(fn, "max_adjustment", options.max_adjustment, 0)
  state.options.min_r2 = number(fn, "min_r2", options.min_r2, 0)
  state.ring, state.capacity = ring, capacity
  common.anchor(state, ring)
  return setmetatable({
    add = function(time, mid, book, flow)
      return C.pg_microprice_update(state, math.floor(time * 1000), mid, book, flow)
    end,
    run = function() return common.status(C.pg_microprice_read(out, state)), out.microprice end,
    weights = function() return common.finite(out.beta_book), common.finite(out.beta_flow), common.finite(out.r2) end,
  }, Microprice)
end

--- A book update: seconds, quote units, imbalances in [-1, 1].
function Microprice:update(time, mid, book, flow) self.add(time, mid, book, flow) end

--- The microprice and "ok". Where the regression tells nothing ("weak_signal", "degenerate_x") the mid with that
-- status: an explicit fall back. nil and "warmup" before min_observations.
---@return number? price
---@return string status
function Microprice:value()
  local status, price = self.run()
  if status == "ok" or status == "weak_signal" or status == "degenerate_x" then
    if price > 0 and price < math.huge then return price, status end
    return nil, "bad_input"
  end
  return nil, status
end

--- The regression behind the last value: weights of book and flow imbalance, R2; nil where there is none.
---@return number? beta_book
---@return number? beta_flow
---@return number? r2
function Microprice:fit() return self.weights() end

return K
