-- strategies/first.lua: the ten lines of README.md.
local S = strategy { name = "first", params = { half_spread_bps = { 5, min = 0.1 }, size = { 0.01, min = 0 } } }

function S:on_book(ctx)
  if not ctx.mid then return ctx:quote_none "one side of the book is empty" end
  local d = ctx.mid * self.params.half_spread_bps * 1e-4
  ctx:quote { bid = { ctx.mid - d, self.params.size }, ask = { ctx.mid + d, self.params.size } }
end

return S
