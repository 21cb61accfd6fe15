--- Order flow for scripts: Hawkes processes, liquidation cascades, adverse selection, chance of a fill.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"
local work = require "perigee.work"

local C = host.C
local number, count, class, result = common.number, common.count, common.class, common.result

local K = {}

---@class perigee.Hawkes
local Hawkes = class()

--- A self-exciting flow of orders, lambda(t) = mu + alpha sum exp(-beta (t - t_i)) (Hawkes 1971, Ozaki 1979; quant.md
-- 7.1). Fitted on the orders of both sides together; the intensity of a side is its share: mu/2 plus alpha times its
-- own decayed sum, so that the sides add up to the fitted intensity.
---@param options {window: number, max_events: integer} seconds
---@return perigee.Hawkes
function K.hawkes(options)
  local fn = "hawkes"
  local span = number(fn, "window", options.window, 10)
  local events = common.window(count(fn, "max_events", options.max_events, 50, 200000), 2) -- time, side
  local filter, read = ffi.new "pg_hawkes_filter", ffi.new "pg_hawkes_intensity"
  local since, last_time, last_side
  local self = setmetatable({ told = {} }, Hawkes)

  --- Prints of one time and side are one order.
  function self.add(time, side)
    since = since or time
    if time == last_time and side == last_side then return end
    last_time, last_side = time, side
    events.push(time, side)
    if self.fit then C.pg_hawkes_filter_event(filter, time, side) end
  end

  --- The filter with new parameters, from the events that are there.
  local function refilter(fit)
    ffi.fill(filter, ffi.sizeof(filter))
    local p = filter.params
    p.mu_buy, p.mu_sell, p.alpha_self, p.beta = fit.mu / 2, fit.mu / 2, fit.alpha, fit.beta
    local time, n = events.get(1)
    local side = events.get(2)
    if n > 0 then filter.time_s = time[0] end
    for i = 0, n - 1 do C.pg_hawkes_filter_event(filter, time[i], side[i]) end
  end

  function self.make_job(now)
    if not since then return nil, "warmup" end
    events.expire(now - span)
    local time, n = events.copy(1)
    local start = math.max(since, now - span)
    local horizon = now - start
    if horizon <= 0 then return nil, "warmup" end
    local first = 0
    while first < n and time[first] <= start do first = first + 1 end -- the process lives in (0, T]
    for i = 0, n - 1 do time[i] = math.min(time[i] - start, horizon) end
    local job, scratch = ffi.new "pg_work", ffi.new("double[?]", math.max(n, 1))
    local w = job.hawkes
    job.kind = C.PG_WORK_HAWKES
    local distinct = C.pg_hawkes_distinct(time + first, n - first)
    w.time_s, w.n, w.horizon_s, w.scratch = time + first, distinct, horizon, scratch
    return work.job(job, { time, scratch }, function()
      self.status = common.status(job.status)
      if not C.pg_kstatus_usable(job.status) then
        self.fit = nil
        return nil, self.status
      end
      local p = w.fit.params
      self.fit = { mu = p.mu, alpha = p.alpha, beta = p.beta, branching = w.fit.branching, loglik = w.fit.loglik,
        n = tonumber(w.fit.n), ks = common.finite(w.ks), p_value = common.finite(w.p_value), status = self.status,
        se = { mu = common.finite(w.fit.se_mu), alpha = common.finite(w.fit.se_alpha),
          beta = common.finite(w.fit.se_beta) } }
      refilter(self.fit)
      return self.fit, self.status
    end)
  end

  function self.read(now)
    local status = C.pg_hawkes_filter_read(read, filter, now)
    return status, read.buy, read.sell, read.imbalance, read.ratio
  end

  return self
end

--- An order of a taker (a print).
---@param side "buy"|"sell"
function Hawkes:event(time, side) self.add(time, common.side("hawkes", side)) end

--- A fit of the window for ctx:work: { mu, alpha, beta, branching, loglik, ks, p_value, se }.
function Hawkes:job(now) return self.make_job(now) end

--- { buy, sell, total, imbalance, ratio } in 1/s at a time, the same table every time; ratio to the baseline mu. nil
-- and the status before a fit.
function Hawkes:intensity(now)
  if not self.fit then return nil, self.status or "warmup" end
  local status, buy, sell, imbalance, ratio = self.read(now)
  if not C.pg_kstatus_usable(status) then return nil, common.status(status) end
  local told = self.told
  told.buy, told.sell, told.total = common.finite(buy), common.finite(sell), common.finite(buy + sell)
  told.imbalance, told.ratio = common.finite(imbalance), common.finite(ratio)
  return told, self.status
end

--- Orders to be expected over the next h seconds, offspring included.
function Hawkes:expected(now, horizon)
  local intensity, status = self:intensity(now)
  if not intensity then return nil, status end
  local fit = self.fit
  return common.finite(C.pg_hawkes_expected(intensity.total, fit.mu, fit.branching, fit.beta,
    number("hawkes", "horizon", horizon, 0)))
end

---@class perigee.Cascade
local Cascade = class()

local cascade_directions = {}
for i = 0, 3 do cascade_directions[i] = ffi.string(C.pg_cascade_direction_name(i)) end

--- Severity of a liquidation cascade: a size-weighted excitation filter (quant.md 7.2).
---@param options {start: number, size_scale: number, half_life: number, alpha: number} seconds, quote units, 1/s
---@return perigee.Cascade
function K.cascade(options)
  local state, out = ffi.new "pg_cascade", ffi.new "pg_cascade_state"
  C.pg_cascade_defaults(state.options)
  state.options.size_scale = number("cascade", "size_scale", options.size_scale, 1e-9)
  state.options.alpha = number("cascade", "alpha", options.alpha, 0)
  state.options.beta = math.log(2) / number("cascade", "half_life", options.half_life, 1e-3)
  state.start_s = number("cascade", "start", options.start)
  state.time_s = state.start_s
  local told = {}
  return setmetatable({
    add = function(time, notional, is_long) return C.pg_cascade_event(state, time, notional, is_long) end,
    run = function(time)
      local status = C.pg_cascade_read(out, state, time)
      if status ~= 0 then return nil, common.status(status) end
      told.severity, told.ratio = common.finite(out.severity), common.finite(out.ratio)
      told.active, told.pull, told.direction = out.active, out.pull, cascade_directions[out.direction]
      told.tail_multiplier, told.size_factor = common.finite(out.tail_multiplier), common.finite(out.size_factor)
      told.long_share = common.finite(out.long_share)
      return told, "ok"
    end,
    level = function(time)
      local status = C.pg_cascade_read(out, state, time)
      if status ~= 0 then return nil, common.status(status) end
      return out.severity, "ok"
    end }, Cascade)
end

--- A liquidation, or a burst that stands for one: its notional in quote units, and which position was closed by force.
---@param position "long"|"short"
function Cascade:event(time, notional, position) return common.status(self.add(time, notional, position == "long")) end

--- { severity, ratio, active, pull, tail_multiplier, size_factor, long_share, direction }, the same table every time;
-- nil and the status.
function Cascade:read(time) return self.run(time) end

--- The severity alone, 0 to 2; nil and the status.
function Cascade:severity(time) return self.level(time) end

---@class perigee.Markout
local Markout = class()

--- Adverse selection of own fills: -side (mid(t+h) - mid(t))/mid(t), positive a cost (quant.md 7.6).
---@param options {horizon: number, timeout: number, alpha: number, min_fills: integer}
---@return perigee.Markout
function K.markout(options)
  local fn = "markout"
  local capacity = 1024
  local ring = ffi.new("pg_markout_fill[?]", capacity)
  local state, out = ffi.new "pg_markout", ffi.new "pg_markout_estimate"
  state.horizon_s = number(fn, "horizon", options.horizon, 0)
  state.timeout_s = number(fn, "timeout", options.timeout, 0)
  state.alpha = number(fn, "alpha", options.alpha, 0)
  state.min_n = count(fn, "min_fills", options.min_fills, 1, 1e6)
  state.ring, state.capacity = ring, capacity
  common.anchor(state, ring)
  local told = { [1] = {}, [-1] = {} }
  return setmetatable({
    fill_add = function(time, side, mid) return C.pg_markout_fill_add(state, time, side, mid) end,
    mid_add = function(time, mid) return C.pg_markout_mid(state, time, mid) end,
    settled = function() return tonumber(state.buys.n + state.sells.n) end,
    run = function(side)
      local status = C.pg_markout_read(out, state, side)
      if status ~= 0 then return nil, common.status(status), tonumber(out.n) end
      local estimate = told[side]
      estimate.ewma, estimate.mean = common.finite(out.ewma), common.finite(out.mean)
      estimate.se = common.finite(out.se)
      estimate.adjustment, estimate.n = common.finite(out.adjustment), tonumber(out.n)
      return estimate, "ok", estimate.n
    end }, Markout)
end

--- A fill of ours at the mid in force.
---@param side "buy"|"sell"
function Markout:fill(time, side, mid) self.fill_add(time, common.side("markout", side), mid) end

function Markout:mid(time, mid) self.mid_add(time, mid) end

--- How many fills of both sides have a markout: the estimates change only when it does.
---@return integer
function Markout:count() return self.settled() end

--- { ewma, mean, se, adjustment, n } as fractions for our buys or sells, the same table every time for a side; nil,
-- the status and the number of fills.
function Markout:estimate(side) return self.run(common.side("markout", side)) end

--- Probability that a resting order fills within a horizon: touch times execution (quant.md 7.8). Returns a function of
-- (distance, sigma_px, horizon_s, depth_ahead, volume_rate) that gives p_fill, p_touch, p_exec; nil and the status.
function K.fill_probability()
  local out = ffi.new "pg_fill_probability"
  return function(distance, sigma_px, horizon, depth_ahead, volume_rate)
    local status = C.pg_fill_probability_compute(out, distance, sigma_px, horizon, depth_ahead, volume_rate)
    local p, word = result(status, out.p_fill)
    if not p then return nil, word end
    return p, common.finite(out.p_touch), common.finite(out.p_exec)
  end
end

return K
