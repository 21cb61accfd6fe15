-- Says that its orders only reduce, whatever is held: on both sides, larger than what is held, and many of them.
local S = strategy { name = "reduce_only", params = { unit = { 1, min = 0 } } }

function S:on_book(ctx)
  if not ctx.mid then return end
  local unit = self.params.unit
  for _ = 1, 4 do
    local size = unit * 10 ^ (math.random() * 2 - 1)
    ctx:buy(ctx.mid * (1 + (math.random() - 0.5) * 0.004), size, { reduce_only = math.random() < 0.8 })
    ctx:sell(ctx.mid * (1 + (math.random() - 0.5) * 0.004), size, { reduce_only = math.random() < 0.8 })
  end
  ctx:quote { bid = { ctx.mid * 0.999, unit * 5 }, ask = { ctx.mid * 1.001, unit * 5 }, reduce_only = true }
  if math.random() < 0.1 then ctx:cancel_all() end
end

return S
