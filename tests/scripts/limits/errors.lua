-- Leaves as many orders as it can, then fails.
local S = strategy { name = "errors", params = { unit = { 1, min = 0 }, after = { 40, min = 1 } } }
local calls = 0

function S:on_book(ctx)
  if not ctx.mid then return end
  for _ = 1, 10 do
    ctx:buy(ctx.mid * (1 - math.random() * 0.002), self.params.unit * math.random())
    ctx:sell(ctx.mid * (1 + math.random() * 0.002), self.params.unit * math.random())
  end
  calls = calls + 1
  if calls > self.params.after then error "it fails with orders open" end
end

return S
