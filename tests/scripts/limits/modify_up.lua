-- Orders that are small when they are placed, and made larger, and moved, as long as they are open.
local S = strategy { name = "modify_up", params = { unit = { 1, min = 0 } } }
local ids = {}

function S:on_book(ctx)
  if not ctx.mid then return end
  local unit = self.params.unit
  for i = 1, 4 do
    local away = ctx.mid * math.random() * 0.004
    local id = i % 2 == 0 and ctx:buy(ctx.mid - away, unit * 0.1) or ctx:sell(ctx.mid + away, unit * 0.1)
    if id then ids[#ids + 1] = id end
  end
  for _ = 1, math.min(#ids, 20) do
    local at = math.random(#ids)
    ctx:modify(ids[at], ctx.mid * (1 + (math.random() - 0.5) * 0.05), unit * 10 ^ (math.random() * 4 - 2))
    if math.random() < 0.1 then ctx:cancel(ids[at]) end
  end
  while #ids > 100 do table.remove(ids, 1) end
end

return S
