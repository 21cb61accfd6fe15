-- Quotes for a while, then fails.
local S = strategy { name = "fails_later", params = { size = { 0.1 } } }
local n = 0
function S:on_book(ctx)
  n = n + 1
  if n > 2000 then error "enough" end
  if not ctx.mid then return end
  ctx:quote { bid = { ctx.bid - 5, self.params.size }, ask = { ctx.ask + 5, self.params.size } }
end
return S
