-- strategies/symmetric.lua: quotes both sides of the fair price, leaning against inventory.
--
-- bid, ask = ref -+ half spread, ref = fair (1 - skew u), u = position / max_position   (quant.md 6.6).
-- When to use: as a first strategy and as a yardstick for the others.
local S = strategy {
  name = "symmetric",
  doc = "Symmetric quotes around the fair price with a linear inventory skew.",
  params = {
    half_spread_bps = { 5, min = 0.01, max = 500, unit = "bps", doc = "distance from the reference price, one side" },
    size = { 0.01, min = 0, unit = "base", doc = "size of each quote" },
    skew_bps = { 2, min = 0, max = 500, unit = "bps", doc = "shift of both quotes at full inventory" },
    inventory_scale = { 1, min = 1e-9, unit = "base", doc = "position at which u is 1 when no position limit is set" },
  },
  estimators = { fair = "fair_mid" },
}

function S:on_book(ctx)
  local fair = ctx.fair:value()
  if not fair then return ctx:quote_none "fair price is not known" end
  local p = self.params
  local limit = ctx.max_position < math.huge and ctx.max_position or p.inventory_scale
  local u = math.max(-1, math.min(1, ctx.position / limit))
  local ref = fair * (1 - p.skew_bps * u * 1e-4)
  local distance = fair * p.half_spread_bps * 1e-4
  ctx:quote { bid = { ref - distance, p.size }, ask = { ref + distance, p.size } }
end

return S
