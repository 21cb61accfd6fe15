--- A market maker put together from the parts: what strategies with a model of the spread have in common.
--
-- The strategy says where its model wants the quotes (reference price and half-spreads); the maker reads the estimators
-- before, and after it adds costs, reacts to the flow, applies bounds, sizes, inventory, trend and schedule, builds the
-- ladder, declares what changed, and keeps the reasons:
--
--   inputs -> [the strategy's model] -> edges -> reactions -> bounds -> sides -> rungs -> ctx:quote
--
-- Slots that a strategy does not have, or that hold "none", count as missing: their factor is 1.
local K = require "perigee.kernels"
local adverse = require "perigee.adverse"
local bounds = require "perigee.bounds"
local carry = require "perigee.carry"
local params = require "perigee.params"
local reactions = require "perigee.reactions"
local refresh = require "perigee.refresh"
local regime = require "perigee.regime"
local risk_gamma = require "perigee.risk_gamma"
local schedule = require "perigee.schedule"
local sizing = require "perigee.sizing"
local skew = require "perigee.skew"
local trend_filter = require "perigee.trend_filter"

local M = {}

--- How often a declaration is made again although nothing changed: a quote that the venue refused waits for it.
local REDECLARE_S = 1

--- Part of requote_bps that the fair price may move before quotes are worked out anew.
local SMALL = 0.2

local own = {
  look_ms = { 50, min = 0, max = 60000, unit = "ms", doc = "quotes are worked out anew at least this often; between, "
    .. "when the mid and the fair price (by a fifth of requote_bps) move or the position changes" },
  gamma_rel = { 1, min = 1e-9, max = 1e6, unit = "1/base", doc = "risk aversion: gamma_px times the price" },
  params_file = { "", doc = "JSON file with sigma, kappa, A and gamma, read by the host; empty: the estimators" },
  require_params = { false, doc = "quote nothing without a fresh params_file" },
  params_max_age_s = { 14400, min = 1, max = 1e9, unit = "s", doc = "an older params_file is stale" },
  lean_bps = { 0, min = 0, max = 500, unit = "bps", doc = "shift at full inventory on top of the model's own" },
  taper = { false, doc = "scale the side that adds to the position by 1 - |u|" },
  levels = { 1, min = 1, max = 32, doc = "orders a side" },
  size_decay = { 0.53, min = 0.01, max = 1, doc = "size of a level over that of the one before it" },
  depth_bps = { 50, min = 0.01, max = 5000, unit = "bps",
    doc = "distance of the outermost level; at least twice the innermost's" },
  linear_depths = { false, doc = "equal distances between levels instead of growing ones" },
  min_notional = { 10, min = 0, unit = "quote", doc = "levels of a smaller value are left out" },
}

--- All parameters of the maker and the strategy's own, some with another default.
---@param strategy_params table<string, perigee.Parameter>
---@param defaults? table<string, number|string|boolean>
---@return table<string, perigee.Parameter>
function M.params(strategy_params, defaults)
  local all = params.join(strategy_params, own, skew.params, sizing.params, bounds.params, risk_gamma.params,
    adverse.params, reactions.params, regime.params, carry.params, trend_filter.params, schedule.params, refresh.params)
  return params.default(all, defaults or {})
end

--- The slots of a maker with every part at work, changed by `chosen`.
---@param chosen table<string, string|table>
---@return table<string, string|table>
function M.estimators(chosen)
  local slots = { fair = "fair_microprice", sigma = "sigma_ewma", kappa = "kappa_mle", jumps = "sigma_volume",
    cascade = "cascade", adverse = "adverse_selection", momentum = "momentum", spread = "spread_regime",
    funding = "funding", flow = "none", trend = "none", queue = "none" }
  for slot, choice in pairs(chosen) do slots[slot] = choice end
  return slots
end

---@class perigee.Maker
---@field fair number quote units
---@field sigma_rel number 1/sqrt(s)
---@field sigma_px number quote units/sqrt(s)
---@field kappa_bid number 1/quote
---@field kappa_ask number
---@field a_bid number? 1/s; nil when the slot kappa has no intensity
---@field a_ask number?
---@field gamma_rel number
---@field gamma_px number 1/quote
---@field limit number base units; math.huge: none
---@field u number
---@field size number base units of a side
---@field shape? fun(self, side: string, rungs: number[][], ref: number) changes the sizes of a built side
local Maker = {}
Maker.__index = Maker

local function rungs(n)
  local list = {}
  for i = 1, n do list[i] = { 0, 0 } end
  return list
end

--- A maker of one strategy; from its on_start.
---@param strategy perigee.Strategy with the parameters and slots of this module
---@param ctx perigee.Context
---@return perigee.Maker
function M.new(strategy, ctx)
  local p = strategy.params
  if not (ctx.kappa and ctx.kappa.sides) then
    error("the estimator in slot kappa gives no kappa of bids and asks (kappa_simple is a rate); use kappa_mle", 2)
  end
  local m = setmetatable({ p = p, limit = skew.limit(p.inventory_limit, ctx.max_position) }, Maker)
  m.quiet = schedule.parse(p.quiet)
  m.look_s, m.small = p.look_ms * 1e-3, p.requote_bps * 1e-4 * SMALL
  m.dynamic = p.gamma_dynamic and risk_gamma.new(p) or nil
  m.bids, m.asks = rungs(p.levels), rungs(p.levels)
  m.declaration = { bid = m.bids, ask = m.asks }
  if p.levels > 1 then
    m.ladder = K.ladder { levels = p.levels, decay = p.size_decay, linear = p.linear_depths, tick = ctx.tick,
      lot = ctx.lot, min_notional = p.min_notional }
  end
  if p.params_file ~= "" then
    local values, why = ctx:file_params(p.params_max_age_s)
    if not values then
      ctx:log("%s: %s", why, p.require_params and "nothing is quoted" or "the estimators stand in for it")
    end
  end
  return m
end

--------------------------------------------------------------------------------------------------------------- inputs

local function positive(values, name)
  local value = values[name]
  if type(value) == "number" and value > 0 then return value end
  return nil, ("params_file: %s is missing or not positive"):format(name)
end

--- sigma, kappas, A and gamma from the file. Its kappas are relative, so that they hold at today's price.
function Maker:from_file(values)
  local sigma, kappa_bid, kappa_ask, gamma, why
  sigma, why = positive(values, "sigma_rel")
  if not sigma then return nil, why end
  kappa_bid, why = positive(values, "kappa_bid_rel")
  if not kappa_bid then return nil, why end
  kappa_ask, why = positive(values, "kappa_ask_rel")
  if not kappa_ask then return nil, why end
  gamma, why = positive(values, "gamma_rel")
  if not gamma then return nil, why end
  self.sigma_rel, self.base_gamma = sigma, gamma
  self.kappa_bid, self.kappa_ask = kappa_bid / self.fair, kappa_ask / self.fair
  self.a_bid, self.a_ask = positive(values, "a_bid"), positive(values, "a_ask")
  return true
end

function Maker:from_estimators(ctx)
  local sigma, sigma_why = ctx.sigma:value()
  if not sigma then return nil, sigma_why end
  local kappa_bid, kappa_ask = ctx.kappa:sides()
  if not kappa_bid then return nil, kappa_ask end
  self.sigma_rel, self.base_gamma = sigma, self.p.gamma_rel
  self.kappa_bid, self.kappa_ask = kappa_bid, kappa_ask
  if ctx.kappa.intensity then
    local a_bid, a_ask = ctx.kappa:intensity()
    if a_bid then self.a_bid, self.a_ask = a_bid, a_ask else self.a_bid, self.a_ask = nil, nil end
  end
  return true
end

local function optional(slot, method)
  local read = slot and slot[method]
  if read then return (read(slot)) end
  return nil
end

function Maker:risk_aversion(ctx)
  if not self.dynamic then return self.base_gamma end
  local flow = optional(ctx.flow, "intensity")
  local cascade = optional(ctx.cascade, "value")
  return self.dynamic:gamma(self.sigma_rel, self.jump_ratio, self.u, cascade, flow and flow.ratio,
    optional(ctx.spread, "value"))
end

--- Whether nothing has happened that could move a quote: the mid or the fair price stands, the position too, and they
-- were looked at a moment ago. The strategy need not decide again then.
---@param ctx perigee.Context
---@return boolean
function Maker:unchanged(ctx)
  if not self.declared_s or ctx.position ~= self.seen_position or ctx.now - self.seen_s >= self.look_s then
    return false
  end
  if ctx.mid == self.seen_mid then return true end
  local fair = ctx.fair:value()
  return fair ~= nil and math.abs(fair - self.fair) <= self.small * fair
end

--- Reads what the model needs into the maker's fields. true, or nil and why nothing can be quoted.
---@param ctx perigee.Context
---@return boolean? ok
---@return string? reason
function Maker:inputs(ctx)
  local p = self.p
  if schedule.within(self.quiet, ctx.now) then return nil, "quiet time" end
  local fair, why = ctx.fair:value()
  if not fair then return nil, why end
  self.fair, self.seen_mid, self.seen_position, self.seen_s = fair, ctx.mid, ctx.position, ctx.now
  local values, file_why = nil, nil
  if p.params_file ~= "" then values, file_why = ctx:file_params(p.params_max_age_s) end
  if values then
    local ok, wrong = self:from_file(values)
    if not ok then return nil, wrong end
  elseif p.require_params then
    return nil, file_why or "require_params is set without params_file"
  else
    local ok, status = self:from_estimators(ctx)
    if not ok then return nil, status end
  end
  self.size, why = sizing.side(p, fair, ctx.lot, ctx.capital)
  if not self.size then return nil, why end
  self.u = skew.utilisation(ctx.position, self.limit)
  self.jump_ratio = optional(ctx.jumps, "jump_ratio")
  self.sigma_px = self.sigma_rel * fair
  local gamma
  gamma, why = self:risk_aversion(ctx)
  if not gamma then return nil, why end
  self.gamma_rel, self.gamma_px = gamma, gamma / fair
  return true
end

--------------------------------------------------------------------------------------------------------------- quotes

--- Pulls everything; the reason is kept.
---@param ctx perigee.Context
---@param reason string
function Maker:none(ctx, reason)
  self.bid, self.ask, self.declared_s = nil, nil, nil
  ctx:quote_none(reason)
end

--- What the distances of both sides are multiplied by; nil for a side that is pulled.
function Maker:factors(ctx)
  local p = self.p
  local severity = optional(ctx.cascade, "value")
  local cascade = severity and severity > 0 and optional(ctx.cascade, "read") or nil
  local bid, ask = reactions.cascade(p.cascade_action, cascade)
  local toxic_bid, toxic_ask = reactions.toxic(p, self.jump_ratio)
  bid, ask = bid and toxic_bid and bid * toxic_bid, ask and toxic_ask and ask * toxic_ask
  if p.knife and ctx.momentum and ctx.momentum.scores then
    local falling, rising = ctx.momentum:scores()
    if falling then
      local knife_bid, knife_ask = reactions.knife(falling, rising, self.u)
      bid, ask = bid and bid * knife_bid, ask and ask * knife_ask
    end
  end
  if p.spread_regime then
    local factor = regime.spread(optional(ctx.spread, "value"))
    bid, ask = bid and bid * factor, ask and ask * factor
  end
  return bid, ask
end

--- Distances after costs, reactions and bounds; nil for a side that the model does not quote or that is pulled.
function Maker:distances(ctx, half_bid, half_ask)
  local p, fair = self.p, self.fair
  local adverse_bid, adverse_ask
  if ctx.adverse and ctx.adverse.adjustments then adverse_bid, adverse_ask = ctx.adverse:adjustments() end
  if not adverse_bid then adverse_ask = nil end
  local edge_bid, edge_ask = adverse.edges(p, fair, self.sigma_px, ctx.maker_fee, adverse_bid, adverse_ask)
  local factor_bid, factor_ask = self:factors(ctx)
  local least, most = p.min_half_spread_bps * 1e-4 * fair, p.max_half_spread_bps * 1e-4 * fair
  local fee, latency = ctx.maker_fee * fair, p.latency_ms * 1e-3
  local bid, ask, bound
  if factor_bid and half_bid then
    bid, bound = bounds.limit((half_bid + edge_bid) * factor_bid, least,
      bounds.floor(p.spread_floor, fee, (adverse_bid or 0) * fair, self.sigma_px, latency), most)
    ctx:explain("bound_bid", bound)
  end
  if factor_ask and half_ask then
    ask, bound = bounds.limit((half_ask + edge_ask) * factor_ask, least,
      bounds.floor(p.spread_floor, fee, (adverse_ask or 0) * fair, self.sigma_px, latency), most)
    ctx:explain("bound_ask", bound)
  end
  ctx:explain("edge_bid", edge_bid)
  ctx:explain("edge_ask", edge_ask)
  ctx:explain("factor_bid", factor_bid or 0)
  ctx:explain("factor_ask", factor_ask or 0)
  return bid, ask
end

--- Sizes of both sides: 0 for one that is pulled, full, or against the trend.
function Maker:sides(ctx, bid, ask)
  local p, position = self.p, ctx.position
  local buy, sell = sizing.sides(self.size, position, self.limit, self.u, p.taper)
  if p.trend_filter ~= "none" then
    local allow_bid, allow_ask = trend_filter.sides(p.trend_filter, optional(ctx.trend, "buys"), position)
    if not allow_bid then buy = 0 end
    if not allow_ask then sell = 0 end
  end
  if not bid or buy < ctx.lot then buy = 0 end
  if not ask or sell < ctx.lot then sell = 0 end
  return buy, sell
end

--- The price that is declared: perigee.refresh with what is declared now.
function Maker:held(ctx, side, wanted, declared)
  local p, chance = self.p, nil
  if p.keep_probability > 0 and declared and ctx.queue and ctx.queue.probability then
    chance = ctx.queue:probability(side, declared)
  end
  return refresh.price(wanted, declared, self.fair * p.requote_bps * 1e-4, self.fair * p.keep_bps * 1e-4, chance,
    p.keep_probability)
end

--- Writes one side's rungs: the innermost at `price`, which lies `distance` from the reference price.
function Maker:build(side, list, price, distance, total)
  if not self.ladder then
    list[1][1], list[1][2] = price, total
    return
  end
  if total == 0 then
    for i = 1, #list do list[i][2] = 0 end
    return
  end
  local ref = side == "bid" and price + distance or price - distance
  local nearest = distance / ref * 1e4
  self.ladder:build(side, list, ref, total, nearest, math.max(self.p.depth_bps, 2 * nearest))
  if self.shape then self:shape(side, list, ref) end
end

--- Declares quotes around `ref` at the model's half-spreads, after everything that the parameters ask for.
---@param ctx perigee.Context
---@param ref number reservation price, quote units
---@param half_bid number? quote units; nil: no bid
---@param half_ask number?
function Maker:quote(ctx, ref, half_bid, half_ask)
  ctx:explain("fair", self.fair)
  ctx:explain("sigma", self.sigma_rel)
  ctx:explain("gamma", self.gamma_rel)
  ctx:explain("skew", ref - self.fair)
  ctx:explain("half_bid", half_bid)
  ctx:explain("half_ask", half_ask)
  local p = self.p
  local shift = carry.shift(self.fair, optional(ctx.funding, "value"), p.funding_weight, p.funding_horizon_s)
  ctx:explain("funding", shift)
  if p.lean_bps > 0 then
    local lean = skew.linear(self.fair, self.u, p.lean_bps)
    ctx:explain("lean", lean)
    shift = shift + lean
  end
  local near, far = self:distances(ctx, half_bid, half_ask)
  local buy, sell = self:sides(ctx, near, far)
  self:declare(ctx, buy > 0 and ref + shift - near or nil, near, buy, sell > 0 and ref + shift + far or nil, far, sell)
end

--- Declares prices (at their distances from the reference price) and sizes when they differ from what is declared, or
-- that was long ago.
function Maker:declare(ctx, bid, bid_distance, buy, ask, ask_distance, sell)
  if bid and bid <= 0 then bid, buy = nil, 0 end
  bid = bid and self:held(ctx, "bid", bid, self.bid)
  ask = ask and self:held(ctx, "ask", ask, self.ask)
  local last = self.declared_s
  if last and ctx.now - last < REDECLARE_S and bid == self.bid and ask == self.ask and buy == self.buy and
    sell == self.sell then
    return
  end
  self.bid, self.ask, self.buy, self.sell, self.declared_s = bid, ask, buy, sell, ctx.now
  self:build("bid", self.bids, bid or 0, bid_distance, bid and buy or 0)
  self:build("ask", self.asks, ask or 0, ask_distance, ask and sell or 0)
  ctx:quote(self.declaration)
end

return M
