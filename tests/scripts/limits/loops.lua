-- Leaves as many orders as it can, then never comes back.
local S = strategy { name = "loops", params = { unit = { 1, min = 0 }, after = { 40, min = 1 } } }
local calls = 0

function S:on_book(ctx)
  if not ctx.mid then return end
  calls = calls + 1
  repeat
    ctx:buy(ctx.mid * (1 - math.random() * 0.002), self.params.unit * math.random())
    ctx:sell(ctx.mid * (1 + math.random() * 0.002), self.params.unit * math.random())
  until calls <= self.params.after and math.random() < 0.2
end

return S
