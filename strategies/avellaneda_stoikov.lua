-- strategies/avellaneda_stoikov.lua: Avellaneda & Stoikov (2008), "High-frequency trading in a limit order book",
-- eqs. (29) and (30), in price space; quant.md 6.1, and 6.2 for variant = "return_space".
--
--   reservation = fair - q gamma sigma^2 T
--   half        = ln(1 + gamma lot / kappa) / (gamma lot) + gamma sigma^2 T lot / 2
--
-- gamma is dimensionless here (gamma_rel = gamma_px * mid * one base unit) so that one value suits every price level;
-- sigma and kappa come from estimators, or from a file that `perigee quote --params-out` keeps up to date. T rolls with
-- the clock (24/7 markets have no close), or runs down to the end of a session as in the paper (session_end_h).
-- When to use: short horizons and small positions, (kappa/2) gamma sigma^2 (q_max/lot)^2 T << 1; beyond that use GLFT.
--
-- Variants: price_space; return_space with gamma modes (R2), whose gamma has another unit (utilisation instead of base
-- units); seed001 as that document has it, which makes inventory grow and is for comparison only (it warns). Costs,
-- reactions and the ladder of perigee.maker are there too, but switched off: the quotes are the model's.
local K = require "perigee.kernels"
local maker = require "perigee.maker"

local S = strategy {
  name = "avellaneda_stoikov",
  doc = "Avellaneda-Stoikov quotes around a reservation price that leans against inventory.",
  params = maker.params({
    variant = { "price_space", options = { "price_space", "return_space", "seed001" }, doc = "see the file's head" },
    horizon_s = { 1800, min = 1, max = 86400, unit = "s", doc = "rolling horizon T, or the length of a session" },
    session_end_h = { -1, min = -1, max = 24, unit = "h", doc = "hour (UTC) at which T is 0 each day; -1: T rolls" },
    gamma_mode = { "constant", options = { "constant", "inventory_scaled", "max_shift" }, doc = "return_space only" },
    max_shift_ticks = { 100, min = 0, max = 1e6, unit = "ticks", doc = "shift of the reservation at full inventory" },
  }, { gamma_rel = 5, size = 0.05, fee_in_spread = false, adverse_weight = 0, latency_weight = 0,
    cascade_action = "none", toxic_action = "none", knife = false, spread_regime = false, funding_weight = 0,
    requote_bps = 0 }),
  estimators = { fair = "fair_mid", sigma = "sigma_ewma", kappa = "kappa_virtual_quoting" },
}

local variants = {}

--- Reservation price and half-spreads of the paper.
function variants.price_space(self)
  local quote = K.avellaneda_stoikov()
  return function(m, ctx)
    local bid, ask, reservation, half_bid, half_ask = quote(m.fair, ctx.position, m.sigma_px, m.gamma_px, m.kappa_bid,
      m.kappa_ask, self:horizon(ctx.now), m.size)
    if not bid then return nil, ask end
    return reservation, half_bid, half_ask
  end
end

function variants.return_space(self, ctx)
  local p = self.params
  local limited = p.gamma_dynamic
  local quote = K.avellaneda_stoikov_return_space {
    gamma_mode = p.gamma_mode, gamma = p.gamma_rel, gamma_min = limited and p.gamma_min or 0,
    gamma_max = limited and p.gamma_max or 0, max_shift_ticks = p.max_shift_ticks, tick = ctx.tick,
    horizon_s = p.horizon_s, min_total_spread_bps = 2 * p.min_half_spread_bps,
    max_total_spread_bps = 2 * p.max_half_spread_bps, maker_fee_bps = ctx.maker_fee * 1e4,
  }
  return function(m, c)
    if m.limit == math.huge then return nil, "return_space needs an inventory limit" end
    local bid, ask, reservation = quote(m.fair, c.position, m.limit, m.sigma_rel, m.kappa_bid * m.fair,
      m.kappa_ask * m.fair)
    if not bid then return nil, ask end
    return reservation, reservation - bid, ask - reservation
  end
end

function variants.seed001(self, ctx)
  ctx:log "variant seed001 adds to inventory instead of reducing it: for comparison only"
  local quote = K.avellaneda_stoikov_seed001()
  return function(m, c)
    local bid, ask = quote(m.fair, c.position, m.sigma_rel, m.gamma_rel, m.kappa_bid, self.params.horizon_s)
    if not bid then return nil, ask end
    return (bid + ask) / 2, (ask - bid) / 2, (ask - bid) / 2
  end
end

-- T: rolling, or what is left of the session.
function S:horizon(now)
  local p = self.params
  if p.session_end_h < 0 then return p.horizon_s end
  return math.min(p.horizon_s, (p.session_end_h * 3600 - now % 86400) % 86400)
end

function S:on_start(ctx)
  self.maker = maker.new(self, ctx)
  self.model = variants[self.params.variant](self, ctx)
end

function S:on_book(ctx)
  local m = self.maker
  if m:unchanged(ctx) then return end
  local ready, why = m:inputs(ctx)
  if not ready then return m:none(ctx, why) end
  local reservation, half_bid, half_ask = self.model(m, ctx)
  if not reservation then return m:none(ctx, half_bid) end
  m:quote(ctx, reservation, half_bid, half_ask)
end

return S
