-- Orders in every callback there is, also before anything is known and when it is over.
local S = strategy { name = "everywhere", params = { unit = { 1, min = 0 } } }

local function act(self, ctx)
  local mid, unit = ctx.mid or 1000, self.params.unit
  ctx:quote { bid = { mid * 0.9995, unit * 2 }, ask = { mid * 1.0005, unit * 2 } }
  ctx:buy(mid * (1 + (math.random() - 0.5) * 0.01), unit * math.random(), { tif = "gtc" })
  ctx:sell(mid * (1 + (math.random() - 0.5) * 0.01), unit * math.random(), { tif = "gtc" })
  ctx:buy(mid * 1.01, unit * math.random() * 4, { tif = "ioc" })
  ctx:sell(mid * 0.99, unit * math.random() * 4, { tif = "ioc" })
end

function S:on_start(ctx)
  act(self, ctx)
  ctx:every(1, function() act(self, ctx) end)
end

S.on_book, S.on_trade, S.on_fill, S.on_order, S.on_stop = act, act, act, act, act
return S
