-- strategies/hjb.lua: seed 003's inventory controller with funding and a terminal penalty, corrected; quant.md 6.11.
--
--   skew = gamma sigma^2 u T + clamp(pen u urgency, +-5 |gamma sigma^2 u T|) + f T,   urgency = 1 - T/T_session
--
-- T is what is left of a session that ends at session_end (UTC) each day, at least 60 s; f is the funding rate a
-- second. Both quotes move by -fair skew around half-spreads ln(1 + gamma lot/kappa)/(gamma lot). When momentum runs
-- against the inventory the skew grows; funding makes some inventory worth holding (target).
--
-- When to use: where the book has to be flat at a time of day. It is a heuristic: the optimal-control models are
-- glft with model = "exact" and cartea_jaimungal.
local K = require "perigee.kernels"
local carry = require "perigee.carry"
local maker = require "perigee.maker"
local skew = require "perigee.skew"

local DAY = 86400

local S = strategy {
  name = "hjb",
  doc = "Inventory control with funding and a penalty at the end of a session.",
  params = maker.params({
    session_end_h = { 0, min = 0, max = 24, unit = "h", doc = "hour of the day (UTC) at which a session ends" },
    session_s = { 86400, min = 60, max = 86400, unit = "s", doc = "length of a session" },
    penalty = { 5e-4, min = 0, max = 1, doc = "terminal penalty" },
    continuation = { 0.5, min = 0, max = 1, doc = "chance that momentum goes on; below 0.5: no drift term" },
    funding_target = { false, doc = "steer to the inventory that funding pays for instead of to zero" },
  }, { funding_weight = 0 }), -- the skew has its own funding term
  estimators = maker.estimators {},
}

function S:on_start(ctx)
  local p = self.params
  self.maker = maker.new(self, ctx)
  self.skew = K.hjb_skew { session_s = p.session_s, penalty = p.penalty }
  self.spread = K.avellaneda_stoikov()
end

-- Seconds left of the session.
function S:remaining(now)
  local p = self.params
  local left = (p.session_end_h * 3600 - now % DAY) % DAY
  return math.max(60, math.min(p.session_s, left))
end

function S:on_book(ctx)
  local m, p = self.maker, self.params
  if m:unchanged(ctx) then return end
  local ready, why = m:inputs(ctx)
  if not ready then return m:none(ctx, why) end
  local rate = ctx.funding and ctx.funding:value() or 0
  local u, left = m.u, self:remaining(ctx.now)
  if p.funding_target then
    local target = carry.target(rate, m.fair, m.gamma_px, m.sigma_px, m.limit)
    u = skew.utilisation(ctx.position - target, m.limit)
    ctx:explain("target", target)
  end
  local shift, diffusion = self.skew(u, m.gamma_rel, m.sigma_rel, left, rate)
  if not shift then return m:none(ctx, diffusion) end
  local momentum = ctx.momentum and ctx.momentum:value()
  local drift = momentum and K.hjb_drift(u, momentum, p.continuation, left, diffusion) or 0
  ctx:explain("drift", drift)
  local bid, ask, _, half_bid, half_ask = self.spread(m.fair, 0, m.sigma_px, m.gamma_px, m.kappa_bid, m.kappa_ask, 0,
    m.size)
  if not bid then return m:none(ctx, ask) end
  m:quote(ctx, m.fair * (1 - shift - drift), half_bid, half_ask)
end

return S
