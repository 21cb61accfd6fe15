-- strategies/hedge.lua: holds the opposite of another market's position (the other half of strategies/cross_venue.lua).
--
--   target = -ratio position of the reference;   beyond `band` it takes, with a limit of max_cost_bps beyond the touch
--
-- The reference is the market that config.lua names (reference = "ext ETH-USD"). Orders are immediate-or-cancel and one
-- at a time: the next goes out when the last one's fate is known and its fills are in the position. What cannot be
-- hedged at the price stays open and is tried again every retry_ms; cross_venue leans against it meanwhile.
local sizing = require "perigee.sizing"

local S = strategy {
  name = "hedge",
  doc = "Takes the opposite of another market's position.",
  params = {
    ratio = { 1, min = 0, max = 10, doc = "base units held here for one held there" },
    band = { 0, min = 0, unit = "base", doc = "difference that is left alone; at least a lot" },
    max_size = { 0, min = 0, unit = "base", doc = "largest order; 0: no limit of its own" },
    max_cost_bps = { 5, min = 0, max = 500, unit = "bps", doc = "furthest beyond the touch that it pays" },
    max_age_s = { 5, min = 0.1, max = 3600, unit = "s", doc = "an older reference is not acted upon" },
    retry_ms = { 500, min = 10, max = 60000, unit = "ms", doc = "time between attempts" },
  },
}

function S:on_start(ctx)
  self.next = 0
  ctx:every(self.params.retry_ms, function(c) self:hedge(c) end)
end

-- What has to be bought (positive) or sold, base units; nil and why nothing is done.
function S:missing(ctx)
  local p, reference = self.params, ctx.reference
  if not reference then return nil, "the reference is not known yet" end
  if ctx.now - reference.time > p.max_age_s then return nil, "the reference is stale" end
  local difference = -p.ratio * reference.position - ctx.position
  if math.abs(difference) < math.max(p.band, ctx.lot) then return nil, "hedged" end
  return difference
end

function S:hedge(ctx)
  if ctx.now < self.next or ctx.held or ctx:open_orders() > 0 or not ctx.mid then return end
  local p = self.params
  local difference, why = self:missing(ctx)
  ctx:explain("state", why or "hedging")
  if not difference then return end
  local size = math.abs(difference)
  if p.max_size > 0 then size = math.min(size, p.max_size) end
  size = sizing.whole_lots(size, ctx.lot)
  self.next = ctx.now + p.retry_ms / 1000
  local reach = p.max_cost_bps * 1e-4
  if difference > 0 then
    ctx:buy(ctx.ask * (1 + reach), size, { tif = "ioc" })
  else
    ctx:sell(ctx.bid * (1 - reach), size, { tif = "ioc" })
  end
end

function S:on_reference(ctx) self:hedge(ctx) end

function S.on_book() end -- timers and the reference are all it needs

return S
