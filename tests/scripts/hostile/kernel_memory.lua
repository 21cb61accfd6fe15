-- Looks for raw memory behind a kernel object.
local K = require "perigee.kernels"
local found = {}
local function search(value, path, depth)
  if type(value) == "cdata" then found[#found + 1] = path end
  if type(value) == "table" and depth < 6 then
    for k, v in pairs(value) do search(v, path .. "." .. tostring(k), depth + 1) end
    local meta = getmetatable(value)
    if type(meta) == "table" then search(meta, path .. "(meta)", depth + 1) end
  end
end
search(K, "K", 0)
search(K.ewma_variance { half_life = 1, step = 1 }, "ewma", 0)
search(K.sigma_window { returns = 10, step = 1 }, "window", 0)
search(K.trade_rate { window = 10 }, "rate", 0)
search(K.virtual_quoting { window = 60, lifetime = 1, levels = 5, lo_ticks = 1, hi_fraction = 0.01, max_trades = 100,
  min_fills = 1 }, "virtual", 0)
local S = strategy { name = "kernel_memory" }
function S:on_start(ctx)
  search(ctx, "ctx", 0)
  error(#found == 0 and "nothing was found" or "raw memory at " .. table.concat(found, ", "))
end
return S
