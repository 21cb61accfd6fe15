-- Very many orders, each of them too small to matter.
local S = strategy { name = "small_orders", params = { unit = { 1, min = 0 } } }

function S:on_book(ctx)
  if not ctx.mid then return end
  for i = 1, 40 do
    local away = ctx.mid * math.random() * 0.003
    if i % 2 == 0 then
      ctx:buy(ctx.mid - away, self.params.unit * 0.05)
    else
      ctx:sell(ctx.mid + away, self.params.unit * 0.05)
    end
  end
  if math.random() < 0.05 then ctx:cancel_all() end
end

S.on_trade = S.on_book
return S
