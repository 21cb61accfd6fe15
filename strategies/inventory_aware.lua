-- strategies/inventory_aware.lua: a fixed half-spread around a centre that leans against inventory (seed 003;
-- quant.md 6.6).
--
--   centre = fair (1 - q s 1e-4),   bid, ask = centre -+ half fair,   s in bps a base unit, or at full inventory
--
-- When to use: as the simplest strategy that controls its inventory, and as a yardstick.
local sizing = require "perigee.sizing"
local skew = require "perigee.skew"
local params = require "perigee.params"

local S = strategy {
  name = "inventory_aware",
  doc = "Fixed half-spread around a price that leans against inventory.",
  params = params.join({
    half_spread_bps = { 5, min = 0.01, max = 500, unit = "bps", doc = "distance of both quotes from the centre" },
    skew_bps = { 2, min = 0, max = 500, unit = "bps", doc = "shift of the centre, by skew_per" },
    skew_per = { "limit", options = { "limit", "base" }, doc = "skew_bps at full inventory, or a base unit held" },
    taper = { false, doc = "scale the side that adds to the position by 1 - |u|" },
  }, skew.params, sizing.params),
  estimators = { fair = "fair_mid" },
}

function S:on_start(ctx)
  self.limit = skew.limit(self.params.inventory_limit, ctx.max_position)
  self.bid, self.ask = { 0, 0 }, { 0, 0 }
  self.quotes = { bid = self.bid, ask = self.ask }
end

function S:on_book(ctx)
  local fair, why = ctx.fair:value()
  if not fair then return ctx:quote_none(why) end
  local p, q = self.params, ctx.position
  local size
  size, why = sizing.side(p, fair, ctx.lot, ctx.capital)
  if not size then return ctx:quote_none(why) end
  local u = skew.utilisation(q, self.limit)
  local centre = fair + skew.linear(fair, p.skew_per == "base" and q or u, p.skew_bps)
  local half = fair * p.half_spread_bps * 1e-4
  self.bid[1], self.ask[1] = centre - half, centre + half
  self.bid[2], self.ask[2] = sizing.sides(size, q, self.limit, u, p.taper)
  ctx:explain("fair", fair)
  ctx:explain("skew", centre - fair)
  ctx:quote(self.quotes)
end

return S
