-- Ladders as deep as they may be, of sizes that grow, declared anew in every callback.
local S = strategy { name = "ladder", params = { unit = { 1, min = 0 } } }

function S:on_book(ctx)
  if not ctx.mid then return end
  local unit, bids, asks = self.params.unit, {}, {}
  for i = 1, 32 do
    local away = ctx.mid * (math.random() * 0.02 + i * 2e-4)
    bids[i] = { ctx.mid - away, unit * math.random() * i }
    asks[i] = { ctx.mid + away, unit * math.random() * i }
  end
  ctx:quote { bid = bids, ask = asks, post_only = math.random() < 0.5, reduce_only = math.random() < 0.1 }
end

S.on_trade, S.on_fill = S.on_book, S.on_book
return S
