-- Quotes both sides, in small size, in every callback: its orders are there whenever they may be.
local S = strategy {
  name = "calm", params = { unit = { 1, min = 0 } },
  estimators = { cascade = "tests/scripts/limits/severity.lua" },
}

function S:on_book(ctx)
  if not ctx.mid then return end
  local unit = self.params.unit
  ctx:quote { bid = { ctx.mid * 0.9995, unit }, ask = { ctx.mid * 1.0005, unit } }
end

return S
