--- The numerical kernels for scripts: small objects over C, no raw memory in sight.
--
-- Every function that estimates returns value, standard error (or nil), or nil and the status (a word of
-- host/kernels/kernel_status.h: "warmup", "too_few_points", ...). A missing value is a status, never a number.
local ffi = require "ffi"
local host = require "perigee.host"

local C = host.C
local K = {}

local function status_name(status) return ffi.string(C.pg_kstatus_name(status)) end

--- Arguments are checked by name: number("ewma_variance", "half_life", value, above 0).
local function number(fn, name, value, minimum)
  if type(value) ~= "number" or value ~= value or (minimum and value < minimum) then
    error(("%s: %s must be a number%s, not %s"):format(fn, name, minimum and (" of at least " .. minimum) or "",
      tostring(value)), 3)
  end
  return value
end

local function class()
  local c = {}
  c.__index = c
  c.__metatable = false
  return c
end

------------------------------------------------------------------------------------------------------- log returns

--- Returns of a price that is sampled on a grid; a gap starts anew. Shared by the volatility objects.
local function log_return(self, price)
  local last = self.last
  self.last = price
  if not last then return nil end
  return math.log(price / last)
end

-------------------------------------------------------------------------------------------------------- volatility

---@class perigee.EwmaVariance
local EwmaVariance = class()

--- Exponentially weighted variance of log returns (RiskMetrics 1996; quant.md 3.3).
---@param options {half_life: number, step: number, winsor_sigmas?: number} seconds; winsor_sigmas 0: off
---@return perigee.EwmaVariance
function K.ewma_variance(options)
  local half_life = number("ewma_variance", "half_life", options.half_life, 1e-9)
  local step = number("ewma_variance", "step", options.step, 1e-9)
  local state = ffi.new "pg_ewma_variance"
  state.start_count = 1
  state.winsor_sigmas = options.winsor_sigmas or 0
  local alpha, out = C.pg_ewma_alpha(half_life / step), ffi.new "double[1]"
  return setmetatable({ step = step, count = 0,
    update_state = function(r) return C.pg_ewma_variance_update(state, r, alpha) end,
    read_state = function() return C.pg_ewma_variance_read(out, state), out[0] end }, EwmaVariance)
end

--- Takes in a price, one step after the last one.
function EwmaVariance:update(price)
  local r = log_return(self, price)
  if r and self.update_state(r) == 0 then self.count = self.count + 1 end
end

--- The next price is no step after the last one.
function EwmaVariance:gap() self.last = nil end

--- Volatility in 1/sqrt(s); nil and "warmup" before min_returns returns.
---@return number? sigma_rel
---@return string? status
function EwmaVariance:sigma_rel(min_returns)
  if self.count < (min_returns or 1) then return nil, "warmup" end
  local status, variance = self.read_state()
  if status ~= 0 then return nil, status_name(status) end
  if variance <= 0 then return nil, "zero_variation" end
  return math.sqrt(variance / self.step)
end

--- A window of the last `capacity` returns in one piece of memory: twice the window, moved down when it is full.
local function return_window(capacity)
  local data = ffi.new("double[?]", 2 * capacity)
  local first, count = 0, 0
  local window = {}
  function window.push(r)
    if first + count == 2 * capacity then
      ffi.copy(data, data + first, count * 8)
      first = 0
    end
    data[first + count] = r
    if count == capacity then first = first + 1 else count = count + 1 end
  end
  function window.get() return data + first, count end
  return window
end

---@class perigee.SigmaWindow
local SigmaWindow = class()

local function window_object(fn, options, meta, read)
  local step = number(fn, "step", options.step, 1e-9)
  local window = return_window(math.floor(number(fn, "returns", options.returns, 2)))
  return setmetatable({ step = step, push = window.push, count = 0, read = function(self)
    local data, n = window.get()
    return read(self, data, n)
  end }, meta)
end

--- Sample standard deviation of the last `returns` log returns (quant.md 3.1).
---@param options {returns: integer, step: number} step in seconds
---@return perigee.SigmaWindow
function K.sigma_window(options)
  local out = ffi.new "pg_sigma"
  return window_object("sigma_window", options, SigmaWindow, function(self, data, n)
    local status = C.pg_sigma_sample(out, data, n, self.step)
    if status ~= 0 then return nil, status_name(status) end
    return out.sigma_rel, out.se_rel
  end)
end

--- Jump-robust volatility from bipower variation of the last `returns` returns (Barndorff-Nielsen & Shephard 2004;
-- quant.md 3.5). The second result is the standard error by the asymptotic variance 2.609 / n of BV/IV.
---@param options {returns: integer, step: number} step in seconds
---@return perigee.SigmaWindow
function K.bipower_window(options)
  local out = ffi.new "pg_bipower"
  return window_object("bipower_window", options, SigmaWindow, function(self, data, n)
    local status = C.pg_bipower_window(out, data, n)
    self.jump_ratio = status == 0 and out.jump_ratio or nil
    if status ~= 0 then return nil, status_name(status) end
    local sigma = math.sqrt(out.bv / (n * self.step))
    return sigma, sigma * 0.5 * math.sqrt(2.609 / n)
  end)
end

--- Takes in a price, one step after the last one.
function SigmaWindow:update(price)
  local r = log_return(self, price)
  if r then
    self.push(r)
    self.count = self.count + 1
  end
end

function SigmaWindow:gap() self.last = nil end

--- Volatility in 1/sqrt(s) and its standard error; nil and the status when there is none.
function SigmaWindow:sigma_rel(min_returns)
  if self.count < (min_returns or 2) then return nil, "warmup" end
  return self.read(self)
end

--------------------------------------------------------------------------------------------------------- intensity

---@class perigee.TradeRate
local TradeRate = class()

--- Trades a second over a window of time (quant.md 4.2). It is an intensity A, not a decay kappa.
---@param options {window: number} seconds
---@return perigee.TradeRate
function K.trade_rate(options)
  local out = ffi.new "pg_trade_rate"
  return setmetatable({ window = number("trade_rate", "window", options.window, 1e-3), times = {}, first = 1, last = 0,
    estimate = function(n, exposure)
      local status = C.pg_trade_rate_estimate(out, n, exposure)
      if status ~= 0 then return nil, status_name(status) end
      return out.rate, (out.hi - out.lo) / 2
    end }, TradeRate)
end

function TradeRate:update(time)
  self.since = self.since or time
  self.last = self.last + 1
  self.times[self.last] = time
  self:expire(time)
end

function TradeRate:expire(now)
  while self.first <= self.last and self.times[self.first] <= now - self.window do
    self.times[self.first] = nil
    self.first = self.first + 1
  end
end

--- Rate in 1/s and half the width of its 95 % interval; nil and "warmup" before a tenth of the window has passed.
function TradeRate:rate(now)
  if not self.since or now - self.since < self.window / 10 then return nil, "warmup" end
  self:expire(now)
  local exposure = math.min(self.window, now - self.since)
  return self.estimate(self.last - self.first + 1, exposure)
end

---@class perigee.VirtualQuoting
local VirtualQuoting = class()

--- What belongs to an object and must not be reached from a script: raw memory.
local private = setmetatable({}, { __mode = "k" })

--- Decay of the fill intensity from virtual orders at a grid of distances, with censoring (quant.md 4.5, 4.6).
---@param options {window: number, lifetime: number, levels: integer, lo_ticks: number, hi_fraction: number,
---  max_trades: integer, min_fills: integer} times in seconds
---@return perigee.VirtualQuoting
function K.virtual_quoting(options)
  local fn = "virtual_quoting"
  local self = {
    window = number(fn, "window", options.window, 1),
    lifetime = number(fn, "lifetime", options.lifetime, 1e-3),
    levels = math.floor(number(fn, "levels", options.levels, 3)),
    lo_ticks = number(fn, "lo_ticks", options.lo_ticks, 0),
    hi_fraction = number(fn, "hi_fraction", options.hi_fraction, 1e-9),
    capacity = math.floor(number(fn, "max_trades", options.max_trades, 16)),
    min_fills = math.floor(number(fn, "min_fills", options.min_fills, 1)),
    count = 0, starts = 0,
  }
  local n = 2 * self.capacity
  self.buffers = { time = ffi.new("double[?]", n), price = ffi.new("double[?]", n), size = ffi.new("double[?]", n),
    side = ffi.new("int8_t[?]", n) }
  self.first = 0
  self.start_capacity = math.ceil(self.window / self.lifetime) + 2
  self.start_time = ffi.new("double[?]", self.start_capacity)
  self.start_mid = ffi.new("double[?]", self.start_capacity)
  self.grid = ffi.new("double[?]", self.levels)
  self.level = ffi.new("pg_virtual_level[?]", self.levels)
  self.work = ffi.new("double[?]", 3 * self.levels)
  self.trades = ffi.new "pg_virtual_trades"
  self.options = ffi.new "pg_virtual_options"
  self.fit = ffi.new "pg_virtual_fit"
  local object = setmetatable({}, VirtualQuoting)
  private[object] = self
  return object
end

--- A public trade.
---@param side "buy"|"sell" of the aggressor
function VirtualQuoting:trade(time, price, size, side)
  local p = private[self]
  local b = p.buffers
  if p.first + p.count == 2 * p.capacity then
    for name, width in pairs { time = 8, price = 8, size = 8, side = 1 } do
      ffi.copy(b[name], b[name] + p.first, p.count * width)
    end
    p.first = 0
  end
  local at = p.first + p.count
  b.time[at], b.price[at], b.size[at] = time, price, size
  b.side[at] = side == "buy" and 1 or -1
  if p.count == p.capacity then p.first = p.first + 1 else p.count = p.count + 1 end
end

--- Virtual orders are placed at this time around this mid. Call it every `lifetime` seconds.
function VirtualQuoting:start(time, mid)
  local p = private[self]
  if p.starts == p.start_capacity then
    ffi.copy(p.start_time, p.start_time + 1, (p.starts - 1) * 8)
    ffi.copy(p.start_mid, p.start_mid + 1, (p.starts - 1) * 8)
    p.starts = p.starts - 1
  end
  p.start_time[p.starts], p.start_mid[p.starts] = time, mid
  p.starts = p.starts + 1
end

local function forget_old(p, now)
  while p.count > 0 and p.buffers.time[p.first] <= now - p.window do
    p.first = p.first + 1
    p.count = p.count - 1
  end
  local old = 0
  while old < p.starts and p.start_time[old] < now - p.window do old = old + 1 end
  if old > 0 then
    ffi.copy(p.start_time, p.start_time + old, (p.starts - old) * 8)
    ffi.copy(p.start_mid, p.start_mid + old, (p.starts - old) * 8)
    p.starts = p.starts - old
  end
end

--- Estimates one side: { kappa, se, a, r2, levels } in price units (1/quote, 1/s); nil and the status.
---@param side "bid"|"ask" our side; bids are filled by taker sells
function VirtualQuoting:estimate(side, now, mid, tick)
  local p = private[self]
  forget_old(p, now)
  local whole = p.starts -- only orders whose lifetime is over are observed in full
  while whole > 0 and p.start_time[whole - 1] + p.lifetime > now do whole = whole - 1 end
  if whole < 2 then return nil, "warmup" end
  local status = C.pg_virtual_grid(p.grid, p.levels, mid, tick, p.lo_ticks, p.hi_fraction, true)
  if status ~= 0 then return nil, status_name(status) end
  ffi.fill(p.level, ffi.sizeof(p.level))
  for i = 0, p.levels - 1 do p.level[i].distance = p.grid[i] end
  local b, t = p.buffers, p.trades
  t.time_s, t.price, t.size, t.side, t.n = b.time + p.first, b.price + p.first, b.size + p.first, b.side + p.first,
    p.count
  p.options.lifetime_s, p.options.queue, p.options.own_size, p.options.tick = p.lifetime, 0, 0, tick
  status = C.pg_virtual_run(p.level, p.levels, t, side == "ask" and 1 or -1, p.start_time, p.start_mid, whole, nil,
    p.options, p.work)
  if status ~= 0 then return nil, status_name(status) end
  status = C.pg_virtual_estimate(p.fit, p.level, p.levels, 0, true, p.min_fills, p.lifetime, p.work)
  host.forgive()
  if status ~= 0 then return nil, status_name(status) end
  local fit = p.fit
  return { kappa = fit.kappa, se = fit.se_kappa, a = fit.a, r2 = fit.r2, levels = tonumber(fit.levels_used) }
end

------------------------------------------------------------------------------------------------------------ quotes

--- Avellaneda-Stoikov quotes (2008, eqs. 29-30; quant.md 6.1). Returns a function of (ref, q, sigma_px, gamma_px,
-- kappa_bid, kappa_ask, horizon_s, lot) that gives bid, ask, reservation, half_bid, half_ask; nil and the status.
function K.avellaneda_stoikov()
  local input, output = ffi.new "pg_as_input", ffi.new "pg_as_quote"
  return function(ref, q, sigma_px, gamma_px, kappa_bid, kappa_ask, horizon_s, lot)
    input.ref, input.q, input.sigma_px, input.gamma_px = ref, q, sigma_px, gamma_px
    input.kappa_bid, input.kappa_ask, input.horizon_s, input.lot = kappa_bid, kappa_ask, horizon_s, lot
    local status = C.pg_as_quote_compute(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.bid, output.ask, output.reservation, output.half_bid, output.half_ask
  end
end

local gamma_modes = { constant = 0, inventory_scaled = 1, max_shift = 2 }

--- Avellaneda-Stoikov in return space with gamma modes (quant.md 6.2, seed 002). `fixed` holds gamma_mode, gamma,
-- gamma_min, gamma_max, max_shift_ticks, tick, horizon_s, min_total_spread_bps, max_total_spread_bps, maker_fee_bps.
-- Returns a function of (mid, q, q_max, sigma_rel, kappa_bid_rel, kappa_ask_rel) that gives bid, ask, reservation,
-- gamma; nil and the status.
function K.avellaneda_stoikov_return_space(fixed)
  local input, output = ffi.new "pg_as_return_input", ffi.new "pg_as_return_quote"
  for name, value in pairs(fixed) do
    if name ~= "gamma_mode" then input[name] = value end
  end
  input.gamma_mode = gamma_modes[fixed.gamma_mode] or
    error("gamma_mode must be constant, inventory_scaled or max_shift", 2)
  return function(mid, q, q_max, sigma_rel, kappa_bid_rel, kappa_ask_rel)
    input.mid, input.q, input.q_max, input.sigma_rel = mid, q, q_max, sigma_rel
    input.kappa_bid_rel, input.kappa_ask_rel = kappa_bid_rel, kappa_ask_rel
    local status = C.pg_as_return_compute(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.bid, output.ask, output.reservation, output.gamma
  end
end

--- Seed 001 as documented: for comparison only, it makes inventory grow (quant.md register 2, 4, 5).
function K.avellaneda_stoikov_seed001()
  local input, output = ffi.new "pg_as_input", ffi.new "pg_as_quote"
  return function(ref, q, sigma, gamma, kappa, horizon_s)
    input.ref, input.q, input.sigma_px, input.gamma_px = ref, q, sigma, gamma
    input.kappa_bid, input.kappa_ask, input.horizon_s, input.lot = kappa, kappa, horizon_s, 1
    local status = C.pg_as_quote_seed001(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.bid, output.ask, output.reservation, output.half_bid, output.half_ask
  end
end

--- Keeps a half-spread in [max(min_half, fee_floor), max_half] (quant.md 6.10, step 1); max 0: none.
function K.half_spread_limit(half, min_half, fee_floor, max_half)
  return C.pg_half_spread_limit(half, min_half, fee_floor, max_half)
end

return K
