-- strategies/lighter_maker.lua: seed 004's market maker for Lighter with its defaults made right; lighter.md 12.
--
-- All available funds (capital_share 99 %, leverage 2) are quoted at Avellaneda-Stoikov's spreads from the parameters
-- that `perigee quote DATA --params-out params/PAXG.json --every 2h` keeps up to date and the host reads again while it
-- trades. Without them the spread is static (static_spread), unless require_params: then nothing is quoted. As in the
-- seed one side is quoted at a time: it buys while flat and sells what it holds; both_sides quotes both. A trend filter
-- (EMA 9 over 26, SuperTrend) blocks buys in a fall, never the sells that reduce. A long position found at the start is
-- closed first (close_long_on_start): sold at the best ask, post-only, from the first book on.
--
-- Leverage and margin mode belong to the market's table in config.lua (leverage = 2, margin = "cross"), as does the
-- order time-out (order_timeout_s = 90). When to use: small accounts on Lighter, PAXG by default.
local K = require "perigee.kernels"
local bounds = require "perigee.bounds"
local params = require "perigee.params"
local schedule = require "perigee.schedule"
local sizing = require "perigee.sizing"
local skew = require "perigee.skew"
local trend_filter = require "perigee.trend_filter"

local S = strategy {
  name = "lighter_maker",
  doc = "Seed 004's market maker: all funds, spreads from a parameter file, one side at a time.",
  params = params.default(params.join({
    params_file = { "params/PAXG.json", doc = "JSON file with sigma, kappa and gamma, read by the host" },
    require_params = { false, doc = "quote nothing without a fresh params_file" },
    params_max_age_s = { 14400, min = 1, max = 1e9, unit = "s", doc = "an older params_file is stale" },
    static_spread = { 0.00035, min = 0, max = 0.1, doc = "half-spread as a fraction, without parameters" },
    horizon_s = { 600, min = 1, max = 86400, unit = "s", doc = "horizon T of Avellaneda-Stoikov" },
    both_sides = { false, doc = "quote both sides instead of one at a time" },
    close_long_on_start = { true, doc = "sell a long position that is found at the start before buying" },
  }, skew.params, sizing.params, bounds.params, trend_filter.params, schedule.params),
    { capital_share = 0.99, leverage = 2, trend_filter = "long" }),
  estimators = { fair = "fair_mid", trend = "trend" },
}

function S:on_start(ctx)
  local p = self.params
  self.quote = K.avellaneda_stoikov()
  self.bid, self.ask = { 0, 0 }, { 0, 0 }
  self.quotes = { bid = self.bid, ask = self.ask }
  self.quiet = schedule.parse(p.quiet)
  self.limit = skew.limit(p.inventory_limit, ctx.max_position)
  local _, why = ctx:file_params(p.params_max_age_s)
  if why then
    ctx:log("%s: %s", why, p.require_params and "nothing is quoted" or
      ("the half-spread is %g %%"):format(p.static_spread * 100))
  end
end

-- Half-spreads and the shift of both quotes, quote units; nil and why not.
function S:model(ctx, fair, size)
  local p = self.params
  local values, why = ctx:file_params(p.params_max_age_s)
  if not values then
    if p.require_params then return nil, why end
    return fair * p.static_spread, fair * p.static_spread, 0
  end
  local sigma, gamma = values.sigma_rel, values.gamma_rel
  local kappa_bid, kappa_ask = values.kappa_bid_rel, values.kappa_ask_rel
  if not (sigma and gamma and kappa_bid and kappa_ask) then
    return nil, "the params file lacks sigma_rel, gamma_rel, kappa_bid_rel or kappa_ask_rel"
  end
  local bid, status, reservation, half_bid, half_ask = self.quote(fair, ctx.position, sigma * fair, gamma / fair,
    kappa_bid / fair, kappa_ask / fair, p.horizon_s, size)
  if not bid then return nil, status end
  return half_bid, half_ask, reservation - fair
end

-- Sizes of both sides: one at a time unless both_sides, nothing bought against the trend or while a position of before
-- the start is being closed.
function S:sizes(ctx, size)
  local p, position = self.params, ctx.position
  local limit = math.min(self.limit, sizing.affordable(ctx.capital, p.leverage, ctx.mid))
  local buy, sell = sizing.sides(size, position, limit, 0, false)
  if not p.both_sides then
    local holds = position >= ctx.lot
    buy = holds and 0 or buy
    sell = holds and sizing.whole_lots(math.min(sell, position), ctx.lot) or 0
  end
  local up = ctx.trend and ctx.trend.buys and (ctx.trend:buys()) or nil
  local allow_buy, allow_sell = trend_filter.sides(p.trend_filter, up, position)
  if self.state.closing == nil then self.state.closing = p.close_long_on_start and position >= ctx.lot end
  if self.state.closing and position < ctx.lot then self.state.closing = false end
  if self.state.closing then allow_buy = false end
  return allow_buy and buy or 0, allow_sell and sell or 0
end

function S:on_book(ctx)
  local p = self.params
  if schedule.within(self.quiet, ctx.now) then return ctx:quote_none "quiet time" end
  local fair, why = ctx.fair:value()
  if not fair then return ctx:quote_none(why) end
  local size
  size, why = sizing.side(p, fair, ctx.lot, ctx.capital)
  if not size then return ctx:quote_none(why) end
  local half_bid, half_ask, shift = self:model(ctx, fair, size)
  if not half_bid then return ctx:quote_none(half_ask) end
  local least, most = p.min_half_spread_bps * 1e-4 * fair, p.max_half_spread_bps * 1e-4 * fair
  local floor = bounds.floor(p.spread_floor, ctx.maker_fee * fair, 0, 0, 0)
  local bid_bound, ask_bound
  half_bid, bid_bound = bounds.limit(half_bid, least, floor, most)
  half_ask, ask_bound = bounds.limit(half_ask, least, floor, most)
  self.bid[2], self.ask[2] = self:sizes(ctx, size)
  self.bid[1] = fair + shift - half_bid
  self.ask[1] = self.state.closing and ctx.ask or fair + shift + half_ask
  ctx:explain("fair", fair)
  ctx:explain("skew", shift)
  ctx:explain("bound_bid", bid_bound)
  ctx:explain("bound_ask", ask_bound)
  ctx:quote(self.quotes)
end

return S
