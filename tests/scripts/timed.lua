-- Quotes by the clock alone: a new pair of prices every 20 ms.
local S = strategy { name = "timed", params = { unit = { 0.1, min = 0 } } }

function S:on_start(ctx)
  local turn = 0
  ctx:every(20, function()
    turn = (turn + 1) % 4
    if not ctx.mid then return end
    local distance, unit = 0.002 + turn * 1e-3, self.params.unit
    ctx:quote { bid = { ctx.mid * (1 - distance), unit }, ask = { ctx.mid * (1 + distance), unit } }
  end)
end

return S
