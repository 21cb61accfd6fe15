-- strategies/cross_venue.lua: quotes one venue around the price of another, where the position is hedged.
--
--   bid, ask = fair -+ (half + costs),   costs = maker fee here + taker fee and half the spread there
--
-- fair comes from the market that config.lua names (reference = "hl ETH"); by default a fill here is worth its edge
-- only after the hedge there is paid for. The hedge is the other half of the pair: strategies/hedge.lua on that market,
-- with this one as its reference. While the reference is not fresh nothing is quoted, and what is not hedged yet
-- (position here plus position there) leans the quotes and bounds them.
--
--   market { venue = "ext", symbol = "ETH-USD", strategy = "strategies/cross_venue.lua", reference = "hl ETH" ... }
--   market { venue = "hl", symbol = "ETH", strategy = "strategies/hedge.lua", reference = "ext ETH-USD" ... }
--
-- When to use: a slow or wide venue beside a deep one. A backtest (--reference DATA) has no hedge: its position is that
-- of this venue alone.
local params = require "perigee.params"
local schedule = require "perigee.schedule"
local sizing = require "perigee.sizing"
local skew = require "perigee.skew"

local S = strategy {
  name = "cross_venue",
  doc = "Quotes one venue around the price of another, for a position that is hedged there.",
  params = params.join({
    edge_bps = { 1, min = 0, max = 500, unit = "bps", doc = "what a fill shall earn after all costs" },
    hedge_fee_bps = { 4.5, min = -10, max = 100, unit = "bps", doc = "taker fee of the reference's venue" },
    hedged = { true, doc = "count the cost of the hedge into the distances" },
    skew_bps = { 3, min = 0, max = 500, unit = "bps", doc = "shift at the limit of what is not hedged" },
  }, skew.params, sizing.params, schedule.params),
  estimators = { fair = "fair_reference" },
}

function S:on_start(ctx)
  self.limit = skew.limit(self.params.inventory_limit, ctx.max_position)
  self.quiet = schedule.parse(self.params.quiet)
  self.bid, self.ask = { 0, 0 }, { 0, 0 }
  self.quotes = { bid = self.bid, ask = self.ask }
end

-- Distance of both quotes from the fair price, quote units.
function S:distance(ctx, fair)
  local p, reference = self.params, ctx.reference
  local costs = p.edge_bps * 1e-4 * fair + ctx.maker_fee * fair
  if p.hedged then costs = costs + p.hedge_fee_bps * 1e-4 * fair + (reference.ask - reference.bid) / 2 end
  return costs
end

function S:decide(ctx)
  local p = self.params
  if schedule.within(self.quiet, ctx.now) then return ctx:quote_none "quiet time" end
  local fair, why = ctx.fair:value()
  if not fair then return ctx:quote_none(why) end
  local size
  size, why = sizing.side(p, fair, ctx.lot, ctx.capital)
  if not size then return ctx:quote_none(why) end
  local open = ctx.position + ctx.reference.position -- what is not hedged
  local u = skew.utilisation(open, self.limit)
  local distance, shift = self:distance(ctx, fair), skew.linear(fair, u, p.skew_bps)
  self.bid[1], self.ask[1] = fair + shift - distance, fair + shift + distance
  self.bid[2], self.ask[2] = sizing.sides(size, open, self.limit, u, false)
  ctx:explain("fair", fair)
  ctx:explain("basis", fair - ctx.reference.mid)
  ctx:explain("distance", distance)
  ctx:explain("unhedged", open)
  ctx:explain("skew", shift)
  ctx:quote(self.quotes)
end

function S:on_book(ctx)
  if ctx.reference then self:decide(ctx) else ctx:quote_none "the reference is not known yet" end
end

function S:on_reference(ctx) self:decide(ctx) end

return S
