--- What the estimators of one family have in common, so that a file in estimators/ holds only what is its own.
--
-- Each function here gives an estimator class its family's methods; the file sets what it adds or has otherwise after
-- that. self.status is the status while there is no value, self.time when the value was computed.
local K = require "perigee.kernels"

local M = {}

local function family(methods)
  return function(class)
    for name, method in pairs(methods) do class[name] = method end
  end
end

---- a kernel that follows the returns on a grid and is ready after min_returns: on_start sets self.kernel

local returns = {}

function returns:on_sample(mid, ctx)
  self.kernel:update(mid)
  self.time = ctx.now
end

function returns:on_gap() self.kernel:gap() end

-- value, standard error, status; or nil and the status
function returns:value() return self.kernel:sigma_rel(self.params.min_returns) end

M.returns = family(returns)

---- GARCH: a fit runs beside the decisions every refit_s, between fits the variance follows each closed step

local garch = {}

-- From on_start. The errors are Student's t or normal; `restarts` and their `seed` may be nil.
function garch:start(ctx, student, restarts, seed)
  local p = self.params
  local step = p.step_ms / 1000
  self.garch = K.garch { step = step, returns = math.max(10, p.window_s / step), student = student,
    restarts = restarts, seed = seed }
  ctx:every(p.refit_s * 1000, function(c) self:refit(c) end)
end

function garch:refit(ctx)
  if self.garch.count < self.params.min_returns then return end
  ctx:work(self.garch:job(), function(c) self.time = c.now end, self.params.fit_latency_ms)
end

function garch:on_sample(mid, ctx)
  self.garch:update(mid)
  if self.garch.fit then self.time = ctx.now end
end

function garch:on_gap() self.garch:gap() end

-- value, no standard error, status of the fit; or nil and the status
function garch:value() return self.garch:sigma_rel(self.params.horizon_s) end

-- the last fit: mu, omega, alpha, beta, nu (Student's t), their standard errors se (robust), loglik, n, status; nil
-- before the first
function garch:fit() return self.garch.fit end

M.garch = family(garch)

---- maximum likelihood on the depths that trades reach: self.both, and of a class with sided = true self.bid, self.ask

local trade_depths = {}

function trade_depths:on_start(ctx)
  self.depths = K.trade_depths { window = self.params.window_s, max_trades = self.params.max_trades }
  self.status = "warmup"
  ctx:every(self.params.refit_s * 1000, function(c) self:estimate(c) end)
end

function trade_depths:on_trade(ctx, trade)
  if trade.side and ctx.mid and ctx.ask > ctx.bid then
    self.depths:trade(ctx.now, trade.price, trade.side, ctx.bid, ctx.ask, ctx.tick)
    self.last_trade = ctx.now
  end
end

function trade_depths:estimate(ctx)
  if not ctx.mid then return end
  local now, mid, tick = ctx.now, ctx.mid, ctx.tick
  self.both, self.status = self.depths:estimate("both", now, mid, tick)
  if self.sided then
    self.bid, self.bid_status = self.depths:estimate("bid", now, mid, tick)
    self.ask, self.ask_status = self.depths:estimate("ask", now, mid, tick)
  end
  self.time = now
end

-- Both sides pooled: value, standard error, status; or nil and the status.
function trade_depths:value()
  local both = self.both
  if not both then return nil, self.status end
  local status = self.status
  if self.ctx.now - self.last_trade > self.params.max_age_s then status = "low_quality" end
  return both.kappa, both.se, status
end

-- the estimates behind it: both, and where it is sided bid and ask, with kappa, se, lo, hi (95 %), a, n, half_spread,
-- p_value, status, gate
function trade_depths:fit() return self.both, self.bid, self.ask end

M.trade_depths = family(trade_depths)

---- virtual orders at a grid of distances on both sides: self.latest, the last fit

local virtual_orders = {}

-- From on_start. Where size_at(side, price) is given, orders of own_size wait behind what rests at their price.
function virtual_orders:start(ctx, size_at, own_size)
  local p = self.params
  self.quoting = K.virtual_quoting { window = p.window_s, lifetime = p.lifetime_s, levels = p.levels,
    lo_ticks = p.lo_ticks, hi_fraction = p.hi_fraction, max_trades = p.max_trades, min_fills = p.min_fills,
    queue = size_at ~= nil, own_size = own_size }
  self.latest = {}
  self.status = "warmup"
  ctx:every(p.lifetime_s * 1000, function(c)
    if c.mid and c.ask > c.bid then self.quoting:start(c.now, c.mid, c.tick, size_at) end
  end)
  ctx:every(p.refit_s * 1000, function(c) self:refit(c) end)
end

function virtual_orders:on_trade(ctx, trade)
  if trade.side then self.quoting:trade(ctx.now, trade.price, trade.size, trade.side) end
end

function virtual_orders:refit(ctx)
  local job, why = self.quoting:job(ctx.now, ctx.tick)
  if not job then
    self.latest, self.status = {}, why
    return
  end
  ctx:work(job, function(c, fit)
    self.latest, self.status = fit, fit.bid_status ~= "ok" and fit.bid_status or fit.ask_status
    self.time = c.now
  end, self.params.fit_latency_ms)
end

-- Both sides pooled by inverse variance: value, standard error, status; or nil and the status of the side that failed.
function virtual_orders:value()
  local bid, ask = self.latest.bid, self.latest.ask
  if not bid or not ask then return nil, self.status end
  if not (bid.se and ask.se and bid.se > 0 and ask.se > 0) then return (bid.kappa + ask.kappa) / 2, nil, self.status end
  local wb, wa = 1 / bid.se ^ 2, 1 / ask.se ^ 2
  return (wb * bid.kappa + wa * ask.kappa) / (wb + wa), math.sqrt(1 / (wb + wa)), self.status
end

-- kappa of bids and of asks in 1/quote; nil and the status when a side has none
function virtual_orders:sides()
  if not self.latest.bid or not self.latest.ask then return nil, self.status end
  return self.latest.bid.kappa, self.latest.ask.kappa
end

-- A of bids and of asks, 1/s; nil and the status
function virtual_orders:intensity()
  if not self.latest.bid or not self.latest.ask then return nil, self.status end
  return self.latest.bid.a, self.latest.ask.a
end

-- the last fit: bid, ask with kappa, se, lo, hi (95 %), a, r2, levels, where a side could be fitted
function virtual_orders:fit() return self.latest end

M.virtual_orders = family(virtual_orders)

return M
