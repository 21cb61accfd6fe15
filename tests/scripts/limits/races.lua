-- Places anew what is being cancelled, and changes what is being changed, before any answer.
local S = strategy { name = "races", params = { unit = { 1, min = 0 } } }
local ids = {}

local function place(self, ctx, side)
  if not ctx.mid then return end
  local away = ctx.mid * math.random() * 0.002
  local size = self.params.unit * (0.5 + math.random() * 2)
  local id = side == 1 and ctx:buy(ctx.mid - away, size) or side == 2 and ctx:sell(ctx.mid + away, size)
  if id then ids[#ids + 1] = id end
end

function S:on_book(ctx)
  for i = #ids, 1, -1 do
    ctx:cancel(ids[i])
    ctx:modify(ids[i], ctx.mid or 1, self.params.unit * 5)
    place(self, ctx, i % 2 + 1)
  end
  while #ids > 20 do table.remove(ids, 1) end
  place(self, ctx, 1)
  place(self, ctx, 2)
end

function S:on_order(ctx, order)
  place(self, ctx, order.side == "buy" and 1 or 2)
  ctx:modify(order.id, ctx.mid or 1, self.params.unit * 8)
end

function S:on_fill(ctx, fill)
  place(self, ctx, fill.side == "buy" and 1 or 2)
  ctx:cancel_all()
  place(self, ctx, math.random(2))
end

return S
