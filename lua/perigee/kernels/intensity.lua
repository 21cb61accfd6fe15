--- Fill intensity for scripts: trade rate, maximum likelihood on trade depths, book shape.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local number, count, class, result = common.number, common.count, common.class, common.result

local K = {}

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
      return result(status, out.rate, (out.hi - out.lo) / 2)
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

--- Counts of trades in equal bins of time and their coefficient of variation sd/mean over the last bins.
---@param options {bins: integer, width: number} seconds
function K.activity(options)
  local bins = count("activity", "bins", options.bins, 2, 10000)
  local width = number("activity", "width", options.width, 1e-3)
  local counts, bin = {}, nil
  local self = {}

  local function advance(now)
    local current = math.floor(now / width)
    bin = bin or current
    for k = bin + 1, math.min(current, bin + bins) do counts[k % bins] = 0 end
    if current > bin + bins then
      for k = 0, bins - 1 do counts[k] = 0 end
    end
    bin = math.max(bin, current)
  end

  function self.update(_, now)
    advance(now)
    counts[bin % bins] = (counts[bin % bins] or 0) + 1
  end

  --- 0 while nothing was counted.
  function self.cv(_, now)
    advance(now)
    local n, sum, squares = 0, 0, 0
    for k = 0, bins - 1 do
      local c = counts[k]
      if c then n, sum, squares = n + 1, sum + c, squares + c * c end
    end
    if n < 2 or sum == 0 then return 0 end
    local mean = sum / n
    return math.sqrt(math.max(0, (squares - n * mean * mean) / (n - 1))) / mean
  end

  return self
end

---@class perigee.TradeDepths
local TradeDepths = class()

--- Edges of the bins beyond the touch in ticks: single ticks first, then ever wider.
local function bin_edges()
  local edges, at, width = { 0 }, 0, 1
  while at < 4e6 do
    at = at + width
    edges[#edges + 1] = at
    if at >= 4 * width then width = width * 2 end
  end
  return edges
end

--- Decay and level of the fill intensity lambda(d) = A exp(-kappa d), a side, by maximum likelihood on how far trades
-- reach beyond the touch (quant.md 4.3, 4.4).
--
-- Prices lie on ticks, so what a trade tells is that it reached j whole ticks beyond the touch: the likelihood is the
-- grouped (Poisson) one on bins of ticks, wider far out. A continuous formula on the same depths would take the many
-- trades that stop at the touch for depth 0 and give a kappa far too large. Prints of one time and side are one order,
-- with the worst price. A refers to distance from the mid: A at the touch times exp(kappa h), h the mean half-spread.
---@param options {window: number, max_trades: integer} seconds
---@return perigee.TradeDepths
function K.trade_depths(options)
  local fn = "trade_depths"
  local span = number(fn, "window", options.window, 1)
  local capacity = count(fn, "max_trades", options.max_trades, 16, 500000)
  local list = bin_edges()
  local bins = #list
  local edges_ticks, edges = ffi.new("double[?]", bins + 1), ffi.new("double[?]", bins + 1)
  for i = 1, bins do edges_ticks[i - 1] = list[i] end
  local both, out = ffi.new("double[?]", bins), ffi.new "pg_intensity"
  local limits = ffi.new "pg_intensity_limits"
  limits.min_n, limits.max_rel_width, limits.min_kappa_rel, limits.max_kappa_rel = 50, 0.2, 50, 50000
  limits.min_p_value = 0.001

  --- One side's prints of the window: time, ticks beyond the touch, the spread then in ticks; and what a fit needs of
  -- them, counted as they come and go: prints a bin and the sum of the spreads.
  local function side_state()
    return { window = common.window(capacity, 3), counts = ffi.new("double[?]", bins), spreads = 0 }
  end
  local sides, estimates = { [1] = side_state(), [-1] = side_state() }, { bid = {}, ask = {}, both = {} }
  local self = setmetatable({ since = nil, left_out = 0 }, TradeDepths)

  local function bin_of(ticks)
    local low, high = 0, bins - 1
    while low < high do
      local middle = math.floor((low + high + 1) / 2)
      if edges_ticks[middle] <= ticks then low = middle else high = middle - 1 end
    end
    return low
  end

  local function tally(state, ticks, spread, sign)
    local bin = bin_of(ticks)
    state.counts[bin] = state.counts[bin] + sign
    state.spreads = state.spreads + sign * spread
  end

  --- Forgets the oldest prints up to a time, and those beyond `most`.
  local function forget(state, limit, most)
    local window = state.window
    while window.count() > 0 and (window.first(1) <= limit or window.count() > most) do
      tally(state, window.first(2), window.first(3), -1)
      window.drop(1)
    end
  end

  --- A print: side of the aggressor, its price, the mid and the half-spread just before it, in quote units.
  function self.add(time, side, distance, half, tick)
    self.since = self.since or time
    local ticks = math.floor((distance - half) / tick + 0.5)
    if ticks < 0 then -- better than the touch we know of: our book is behind
      self.left_out = self.left_out + 1
      return
    end
    local state = sides[side]
    local window = state.window
    if state.time == time and window.count() > 0 then
      if ticks > state.ticks then
        local t, n = window.get(2)
        tally(state, state.ticks, 0, -1)
        tally(state, ticks, 0, 1)
        t[n - 1], state.ticks = ticks, ticks
      end
      return
    end
    forget(state, time - span, capacity - 1)
    local spread = math.floor(2 * half / tick + 0.5)
    state.time, state.ticks = time, ticks
    window.push(time, ticks, spread)
    tally(state, ticks, spread, 1)
  end

  local function fit(estimate, counts, n, half, exposure, mid, tick)
    if n == 0 then return nil, "too_few_points" end
    for i = 0, bins - 1 do edges[i] = edges_ticks[i] * tick end
    edges[bins] = math.huge
    local status = C.pg_intensity_binned(out, edges, counts, bins, exposure)
    if not C.pg_kstatus_usable(status) then return nil, common.status(status) end
    local kappa, a = common.finite(out.kappa), common.finite(out.a * math.exp(out.kappa * half / n))
    if not kappa or not a then return nil, "bad_input" end
    local gates = C.pg_intensity_gates(out, limits, kappa * mid, 0 / 0, -1, -1)
    local word = gates ~= 0 and "low_quality" or common.status(status)
    estimate.kappa, estimate.se, estimate.a = kappa, common.finite(out.se_kappa), a
    estimate.lo, estimate.hi = common.finite(out.kappa_lo), common.finite(out.kappa_hi)
    estimate.n, estimate.half_spread, estimate.p_value = n, half / n, common.finite(out.p_value)
    estimate.status, estimate.gate = word, ffi.string(C.pg_gate_name(gates))
    return estimate, word
  end

  --- Estimates of bids, asks and both pooled ("bid", "ask", "both").
  function self.run(which, now, mid, tick)
    local exposure = math.min(span, now - (self.since or now))
    if exposure < span / 100 then return nil, "warmup" end
    local estimate = estimates[which]
    if which == "both" then
      local bids, asks = sides[-1], sides[1]
      forget(bids, now - span, capacity)
      forget(asks, now - span, capacity)
      for i = 0, bins - 1 do both[i] = bids.counts[i] + asks.counts[i] end
      return fit(estimate, both, bids.window.count() + asks.window.count(), (bids.spreads + asks.spreads) * tick / 2,
        2 * exposure, mid, tick)
    end
    local state = sides[common.side(fn, which)]
    forget(state, now - span, capacity)
    return fit(estimate, state.counts, state.window.count(), state.spreads * tick / 2, exposure, mid, tick)
  end

  return self
end

--- A public trade, with the best bid and ask just before it.
---@param side "buy"|"sell" of the aggressor
function TradeDepths:trade(time, price, side, bid, ask, tick)
  local sign = common.side("trade_depths", side)
  local mid = (bid + ask) / 2
  self.add(time, sign, sign * (price - mid), (ask - bid) / 2, tick)
end

--- { kappa, se, lo, hi, a, n, half_spread, p_value, status, gate } in price units (1/quote, 1/s), the same table every
-- time for a side; nil and the status. A status of "low_quality" names the gate of quant.md 4.8 that failed.
---@param side "bid"|"ask"|"both" our side; bids are filled by taker sells
function TradeDepths:estimate(side, now, mid, tick) return self.run(side, now, mid, tick) end

---@class perigee.BookKappa
local BookKappa = class()

--- Decay of resting size with distance from the mid (seed 003; quant.md 4.9). It describes liquidity, not fills.
---@param options {levels: integer, max_distance: number} relative distance
---@return perigee.BookKappa
function K.book_kappa(options)
  local levels = count("book_kappa", "levels", options.levels, 2, 32)
  local settings, out = ffi.new "pg_book_kappa_options", ffi.new "pg_book_kappa"
  settings.max_levels, settings.min_distance = levels, 1e-6
  settings.max_distance = number("book_kappa", "max_distance", options.max_distance, 1e-6)
  local px = { bid = ffi.new("double[?]", levels), ask = ffi.new("double[?]", levels) }
  local sz = { bid = ffi.new("double[?]", levels), ask = ffi.new("double[?]", levels) }
  local scratch = ffi.new("double[?]", 6 * levels)
  local function read(book, side)
    for i = 1, levels do
      local price, size = book:level(side, i)
      if not price then return i - 1 end
      px[side][i - 1], sz[side][i - 1] = price, size
    end
    return levels
  end
  return setmetatable({ run = function(book, mid)
    local nb, na = read(book, "bid"), read(book, "ask")
    local status = C.pg_book_kappa_fit(out, px.bid, sz.bid, nb, px.ask, sz.ask, na, mid, settings, scratch)
    return result(status, out.kappa_rel, out.se)
  end }, BookKappa)
end

--- kappa_rel of the book as it stands, its standard error and the status; nil and the status.
---@param book perigee.Book
function BookKappa:estimate(book, mid) return self.run(book, mid) end

return K
