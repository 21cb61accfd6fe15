-- strategies/avellaneda_stoikov.lua: Avellaneda & Stoikov (2008), "High-frequency trading in a limit order book",
-- eqs. (29) and (30), in price space; quant.md 6.1, and 6.2 for variant = "return_space".
--
--   reservation = fair - q gamma sigma^2 T
--   half        = ln(1 + gamma lot / kappa) / (gamma lot) + gamma sigma^2 T lot / 2
--
-- gamma is dimensionless here (gamma_rel = gamma_px * mid * one base unit) so that one value suits every price level;
-- sigma and kappa come from estimators. T rolls with the clock (24/7 markets have no close). When to use: short
-- horizons and small positions, (kappa/2) gamma sigma^2 (q_max/lot)^2 T << 1; beyond that use GLFT.
--
-- Variants: price_space; return_space with gamma modes (R2); seed001 as that document has it, which makes inventory
-- grow and is for comparison only (it warns).
--
-- sigma, kappa and gamma may come from a file that `perigee quote --params-out` keeps up to date: params_file. With
-- require_params nothing is quoted while that file is missing or stale; without, the estimators stand in for it.
-- Variant return_space keeps its own gamma, whose unit is another one (utilisation instead of base units).
local K = require "perigee.kernels"

local S = strategy {
  name = "avellaneda_stoikov",
  doc = "Avellaneda-Stoikov quotes around a reservation price that leans against inventory.",
  params = {
    variant = { "price_space", options = { "price_space", "return_space", "seed001" }, doc = "see the file's head" },
    gamma = { 5, min = 1e-6, max = 1e6, unit = "1/base", doc = "risk aversion gamma_rel (gamma_px times mid)" },
    gamma_mode = { "constant", options = { "constant", "inventory_scaled", "max_shift" }, doc = "return_space only" },
    gamma_min = { 0, min = 0, max = 1e6, doc = "return_space: limits of gamma, off unless max > min" },
    gamma_max = { 0, min = 0, max = 1e6, doc = "return_space: limits of gamma, off unless max > min" },
    max_shift_ticks = { 100, min = 0, max = 1e6, unit = "ticks", doc = "shift of the reservation at full inventory" },
    horizon_s = { 1800, min = 1, max = 86400, unit = "s", doc = "rolling horizon T" },
    size = { 0.05, min = 0, unit = "base", doc = "size of each quote; also the lot of the model" },
    min_half_spread_bps = { 0.5, min = 0, max = 500, unit = "bps", doc = "half-spread at least; never below the fee" },
    max_half_spread_bps = { 50, min = 0, max = 1000, unit = "bps", doc = "half-spread, at most; 0: no limit" },
    params_file = { "", doc = "JSON file with sigma, kappa and gamma, read by the host; empty: the estimators" },
    require_params = { false, doc = "quote nothing without a fresh params_file" },
    params_max_age_s = { 14400, min = 1, max = 1e9, unit = "s", doc = "an older params_file is stale" },
    inventory_limit = { 0, min = 0, unit = "base", doc = "beyond it only the reducing side; 0: the account's limit" },
  },
  estimators = { fair = "fair_mid", sigma = "sigma_ewma", kappa = "kappa_virtual_quoting" },
}

function S:on_start(ctx)
  local p = self.params
  if p.variant == "return_space" then
    self.quote_return = K.avellaneda_stoikov_return_space {
      gamma_mode = p.gamma_mode, gamma = p.gamma, gamma_min = p.gamma_min, gamma_max = p.gamma_max,
      max_shift_ticks = p.max_shift_ticks, tick = ctx.tick, horizon_s = p.horizon_s,
      min_total_spread_bps = 2 * p.min_half_spread_bps, max_total_spread_bps = 2 * p.max_half_spread_bps,
      maker_fee_bps = ctx.maker_fee * 1e4,
    }
  elseif p.variant == "seed001" then
    ctx:log "variant seed001 adds to inventory instead of reducing it: for comparison only"
    self.quote_seed = K.avellaneda_stoikov_seed001()
  end
  if not ctx.kappa.sides then
    error("the estimator in slot kappa gives no kappa of bids and asks (kappa_simple is a trade rate); use kappa_mle")
  end
  self.quote_price = K.avellaneda_stoikov()
  if p.params_file ~= "" and not ctx:file_params(p.params_max_age_s) then
    local _, why = ctx:file_params(p.params_max_age_s)
    ctx:log("%s: %s", why, p.require_params and "nothing is quoted" or "the estimators stand in for it")
  end
  self.limit = p.inventory_limit > 0 and p.inventory_limit or ctx.max_position
end

-- A number of the params file above zero; nil and why not.
local function positive(values, name)
  local value = values[name]
  if type(value) == "number" and value > 0 then return value end
  return nil, ("params_file: %s is missing or not positive"):format(name)
end

-- sigma_rel, kappa of bids, kappa of asks (1/quote) and gamma; nil and why not. The file's kappas are relative, so that
-- they hold at today's price.
function S:model(ctx, fair)
  local p = self.params
  local values, why = ctx:file_params(p.params_max_age_s)
  if values then
    local sigma, kappa_bid, kappa_ask, gamma
    sigma, why = positive(values, "sigma_rel")
    if not sigma then return nil, why end
    kappa_bid, why = positive(values, "kappa_bid_rel")
    if not kappa_bid then return nil, why end
    kappa_ask, why = positive(values, "kappa_ask_rel")
    if not kappa_ask then return nil, why end
    gamma, why = positive(values, "gamma_rel")
    if not gamma then return nil, why end
    return sigma, kappa_bid / fair, kappa_ask / fair, gamma
  end
  if p.require_params then return nil, why end
  local sigma, sigma_why = ctx.sigma:value()
  if not sigma then return nil, sigma_why end
  local kappa_bid, kappa_ask = ctx.kappa:sides()
  if not kappa_bid then return nil, kappa_ask end
  return sigma, kappa_bid, kappa_ask, p.gamma
end

-- The raw quotes of the chosen variant: bid, ask; nil and why not.
function S:raw(ctx, fair, sigma, kappa_bid, kappa_ask, gamma)
  local p = self.params
  if p.variant == "return_space" then
    if self.limit == math.huge then return nil, "return_space needs an inventory limit" end
    return self.quote_return(fair, ctx.position, self.limit, sigma, kappa_bid * fair, kappa_ask * fair)
  elseif p.variant == "seed001" then
    local bid, ask = self.quote_seed(fair, ctx.position, sigma, gamma, kappa_bid, p.horizon_s)
    return bid, ask
  end
  local bid, ask, reservation, half_bid, half_ask =
    self.quote_price(fair, ctx.position, sigma * fair, gamma / fair, kappa_bid, kappa_ask, p.horizon_s, p.size)
  if not bid then return nil, ask end
  local least, most = p.min_half_spread_bps * 1e-4 * fair, p.max_half_spread_bps * 1e-4 * fair
  local fee = ctx.maker_fee * fair
  ctx:explain("reservation", reservation)
  ctx:explain("half_bid", half_bid)
  ctx:explain("half_ask", half_ask)
  return reservation - K.half_spread_limit(half_bid, least, fee, most),
    reservation + K.half_spread_limit(half_ask, least, fee, most)
end

function S:on_book(ctx)
  local fair, why = ctx.fair:value()
  if not fair then return ctx:quote_none(why) end
  local sigma, kappa_bid, kappa_ask, gamma = self:model(ctx, fair)
  if not sigma then return ctx:quote_none(kappa_bid) end
  local bid, ask = self:raw(ctx, fair, sigma, kappa_bid, kappa_ask, gamma)
  if not bid then return ctx:quote_none(ask) end
  local q, limit, size = ctx.position, self.limit, self.params.size
  local buy, sell = math.min(size, limit - q), math.min(size, limit + q)
  ctx:quote {
    bid = buy >= ctx.lot and bid > 0 and { bid, buy } or nil,
    ask = sell >= ctx.lot and { ask, sell } or nil,
  }
end

return S
