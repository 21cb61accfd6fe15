-- strategies/ping_pong.lua: one order at a time, the side changes when it is filled (seed 001; quant.md 6.6).
--
-- At the start it buys with q <= target, else it sells. A fill that brings the position to within a lot of the other
-- end changes the side; switch_on_partial changes it at any fill, as the seed does: then the position walks at random.
-- The price is the model's: fair less (plus) the half-spread, moved when the mid has moved by reprice_bps, and placed
-- anew after refresh_s in any case.
--
-- When to use: small accounts, where one order ties up all the margin there is.
local params = require "perigee.params"
local sizing = require "perigee.sizing"

local S = strategy {
  name = "ping_pong",
  doc = "One order at a time; a fill changes the side.",
  params = params.join({
    half_spread_bps = { 5, min = 0.01, max = 500, unit = "bps", doc = "distance of the order from the fair price" },
    reprice_bps = { 3, min = 0, max = 1000, unit = "bps", doc = "movement of the fair price that moves the order" },
    refresh_s = { 60, min = 0.1, max = 86400, unit = "s", doc = "an order is placed anew after this time" },
    target = { 0, unit = "base", doc = "position that it swings around: between target and target plus size" },
    switch_on_partial = { false, doc = "any fill changes the side (seed 001)" },
  }, sizing.params),
  estimators = { fair = "fair_mid" },
}

function S:on_start()
  self.order = { 0, 0 }
  self.bids, self.asks = { bid = self.order }, { ask = self.order }
end

-- Which side is next, from the position: buying from the lower end up, selling from the upper end down.
function S:choose(ctx, size)
  local above = ctx.position - self.params.target
  if above < ctx.lot then return "buy" end
  if above > size - ctx.lot then return "sell" end
  return self.state.side or "sell"
end

function S:on_fill(ctx, fill)
  if self.params.switch_on_partial then
    self.state.side = fill.side == "buy" and "sell" or "buy"
    self.placed = nil
  elseif self.size and math.abs(ctx.position - self.params.target) < ctx.lot then
    self.placed = nil -- a new round
  end
end

function S:on_book(ctx)
  local fair, why = ctx.fair:value()
  if not fair then return ctx:quote_none(why) end
  local p = self.params
  local size
  size, why = sizing.side(p, fair, ctx.lot, ctx.capital)
  if not size then return ctx:quote_none(why) end
  self.size = size
  local side = p.switch_on_partial and (self.state.side or (ctx.position <= p.target and "buy" or "sell")) or
    self:choose(ctx, size)
  local moved = not self.placed or math.abs(fair / self.placed - 1) * 1e4 >= p.reprice_bps
  if side == self.state.side and not moved and ctx.now - self.placed_s < p.refresh_s then return end
  self.state.side, self.placed, self.placed_s = side, fair, ctx.now
  local half, above = fair * p.half_spread_bps * 1e-4, ctx.position - p.target
  local left = p.switch_on_partial and size or side == "buy" and size - above or above
  self.order[1] = side == "buy" and fair - half or fair + half
  self.order[2] = sizing.whole_lots(math.max(0, math.min(size, left)), ctx.lot)
  ctx:explain("fair", fair)
  ctx:quote(side == "buy" and self.bids or self.asks)
end

return S
