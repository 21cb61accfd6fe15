-- Numbers that are none, that are too large, too small or negative, and things that are no numbers; then good ones.
local S = strategy { name = "wrong_numbers", params = { unit = { 1, min = 0 } } }
local wrong = { 0 / 0, math.huge, -math.huge, 0, -1, 1e300, 1e-300, 2 ^ 63, 2 ^ 53, -2 ^ 63, 1e18, 9007199254740993 }
local no_numbers = { "1", {}, true, function() end }

local function any(ctx)
  local n = math.random(#wrong + 4)
  if n > #wrong then return n == #wrong + 1 and no_numbers[math.random(#no_numbers)] or ctx.mid or 1 end
  return wrong[n]
end

function S:on_book(ctx)
  for _ = 1, 5 do
    pcall(ctx.buy, ctx, any(ctx), any(ctx), { tif = "ioc", reduce_only = any(ctx) })
    pcall(ctx.sell, ctx, any(ctx), any(ctx), { tif = any(ctx) })
    pcall(ctx.modify, ctx, any(ctx), any(ctx), any(ctx))
    pcall(ctx.cancel, ctx, any(ctx))
    pcall(ctx.quote, ctx, { bid = { any(ctx), any(ctx) }, ask = { { any(ctx), any(ctx) }, { any(ctx), any(ctx) } } })
    pcall(ctx.every, ctx, any(ctx), any(ctx))
  end
  if ctx.mid then
    ctx:buy(ctx.mid * 0.999, self.params.unit * math.random() * 3)
    ctx:sell(ctx.mid * 1.001, self.params.unit * math.random() * 3)
  end
end

return S
