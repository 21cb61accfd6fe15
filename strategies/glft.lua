-- strategies/glft.lua: Gueant, Lehalle & Fernandez-Tapia (2013), "Dealing with the inventory risk", Perigee's default;
-- quant.md 6.3 (closed form) and 6.4 (exact).
--
--   half = ln(1 + x)/(xi lot) + sigma c2 lot/2,   skew = sigma c2 q,   x = xi lot/kappa,
--   c2 = sqrt(gamma/(2 A lot kappa) (1 + x)^(1 + 1/x))
--
-- fair, sigma, kappa and A come from estimators, which config.lua can swap; around the model stand the parts of
-- perigee.maker: costs, reactions to the flow, bounds, sizes, inventory, ladder. The exact model knows the inventory
-- limit and a drift of the price (from funding), and is solved anew when a parameter has moved by a hundredth.
--
-- When to use: as the first choice. The closed form holds for small |q|/lot; near the limit, and with large lots, use
-- model = "exact". seed003 is R3's simplification and for comparison only: it has no inventory control to speak of.
local K = require "perigee.kernels"
local maker = require "perigee.maker"

local S = strategy {
  name = "glft",
  doc = "Gueant-Lehalle-Fernandez-Tapia quotes with inventory control, costs and reactions to the flow.",
  params = maker.params({
    model = { "closed", options = { "closed", "exact", "seed003" }, doc = "see the file's head" },
    adj_spread = { 1, min = 0, max = 100, doc = "closed: multiplier of the half-spread" },
    adj_skew = { 1, min = 0, max = 100, doc = "closed: multiplier of the skew" },
    risk_neutral_fills = { false, doc = "closed: xi = 0, no risk aversion in execution" },
    drift = { false, doc = "exact: the price is expected to drift by the funding rate" },
    hedge_lots = { 20, min = 1, max = 2000, doc = "exact: inventory limit in lots when there is none in base units" },
  }, { lean_bps = 3 }), -- where sigma c2 is below a tick the model alone lets the inventory run to its limit
  estimators = maker.estimators {},
}

local no_intensity = "A is not known: use a kappa with an intensity (kappa_mle, kappa_virtual_quoting)"

local models = {}

--- Closed form: reservation price and half-spreads.
function models.closed(self)
  local p = self.params
  local quote = K.glft { adj_spread = p.adj_spread, adj_skew = p.adj_skew, xi = p.risk_neutral_fills and 0 or nil }
  return function(m, ctx)
    if not m.a_bid then return nil, no_intensity end
    local q = ctx.position
    local half_bid, half_ask, skew_bid, skew_ask = quote(m.fair, q, m.sigma_px, m.gamma_px, m.a_bid, m.a_ask,
      m.kappa_bid, m.kappa_ask, m.size)
    if not half_bid then return nil, half_ask end
    local shift = (skew_bid + skew_ask) / 2 * q
    local lean = (skew_bid - skew_ask) / 2 * q -- with different sides each has its own slope
    return m.fair - shift, half_bid + lean, half_ask + lean
  end
end

--- Exact model: its tables give both distances at the inventory.
function models.exact(self)
  local p, values = self.params, {}
  local inventory
  return function(m, ctx)
    if not m.a_bid then return nil, no_intensity end
    local lots = m.limit < math.huge and math.min(2000, math.floor(m.limit / m.size + 1e-9)) or p.hedge_lots
    if lots < 1 then return nil, "the inventory limit is below the size of a quote" end
    if not inventory or inventory.max_lots ~= lots then inventory = K.glft_exact { max_lots = lots } end
    values.sigma_px, values.gamma_px, values.lot = m.sigma_px, m.gamma_px, m.size
    values.a, values.kappa = (m.a_bid + m.a_ask) / 2, (m.kappa_bid + m.kappa_ask) / 2
    local rate = p.drift and ctx.funding:value() or 0
    values.drift = -rate * m.fair
    local solved, why = inventory:update(values)
    if not solved then return nil, why end
    local bid, ask = inventory:deltas(math.max(-lots, math.min(lots, ctx.position / m.size)))
    return m.fair, bid, ask
  end
end

function models.seed003(self)
  self.log_seed = true
  local quote = K.glft_seed003()
  return function(m, ctx)
    if m.limit == math.huge then return nil, "seed003 needs an inventory limit" end
    local _, why, half, skew = quote(m.fair, ctx.position, m.limit, m.sigma_rel, m.gamma_rel,
      (m.kappa_bid + m.kappa_ask) / 2 * m.fair, 1)
    if not half then return nil, why end
    return m.fair * (1 - skew), half * m.fair, half * m.fair
  end
end

function S:on_start(ctx)
  self.maker = maker.new(self, ctx)
  self.model = models[self.params.model](self)
  if self.log_seed then ctx:log "model seed003 has no inventory control to speak of: for comparison only" end
end

function S:on_book(ctx)
  local m = self.maker
  if m:unchanged(ctx) then return end
  local ready, why = m:inputs(ctx)
  if not ready then return m:none(ctx, why) end
  local ref, half_bid, half_ask = self.model(m, ctx)
  if not ref then return m:none(ctx, half_bid) end
  m:quote(ctx, ref, half_bid, half_ask)
end

return S
