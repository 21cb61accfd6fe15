-- Single orders on both sides with every time in force, of sizes from far too small to far too large.
local S = strategy { name = "singles", params = { unit = { 1, min = 0 } } }
local tifs = { "gtc", "ioc", "alo" }

function S:on_book(ctx)
  if not ctx.mid then return end
  for i = 1, 6 do
    local size = self.params.unit * 10 ^ (math.random() * 4 - 2)
    local price = ctx.mid * (1 + (math.random() - 0.5) * 10 ^ -math.random(0, 3))
    local options = { tif = tifs[math.random(3)], reduce_only = math.random() < 0.3 }
    if i % 2 == 0 then ctx:buy(price, size, options) else ctx:sell(price, size, options) end
  end
  if math.random() < 0.1 then ctx:cancel_all() end
end

return S
