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
local objects = {
  bipower = K.bipower_window { returns = 10, step = 1 },
  hybrid = K.hybrid_volatility { half_life = 1, step = 1, particles = 10, mu = -18, phi = 0.9, s_eta = 0.5, seed = 1 },
  garch = K.garch { returns = 100, step = 1, student = true },
  activity = K.activity { bins = 5, width = 1 },
  depths = K.trade_depths { window = 60, max_trades = 100 },
  book = K.book_kappa { levels = 5, max_distance = 0.01 },
  hawkes = K.hawkes { window = 60, max_events = 100 },
  cascade = K.cascade { start = 0, size_scale = 1, half_life = 1, alpha = 0.1 },
  markout = K.markout { horizon = 1, timeout = 1, alpha = 0.1, min_fills = 1 },
  flow = K.flow_imbalance { window = 1, half_life = 1, alpha = 0.1 },
  micro = K.microprice { horizon = 0.3, window = 60, min_observations = 50, max_adjustment = 1e-3, min_r2 = 1e-4 },
  funding = K.funding { half_life_periods = 24 },
  spread = K.spread_regime { window = 60 },
  momentum = K.momentum { window = 0.5 },
  trend = K.trend { fast = 2, slow = 3, period = 2, multiplier = 1 },
}
for name, object in pairs(objects) do search(object, name, 0) end
-- what they return, and the tokens of jobs
for i = 1, 200 do objects.garch:update(100 + math.sin(i) + (i % 7) / 10) end
for i = 1, 100 do
  objects.depths:trade(i, 100.05 + (i % 4) / 10, "buy", 99.95, 100.05, 0.1)
  objects.hawkes:event(i * 0.5, "buy")
end
local jobs = { objects.garch:job(), (objects.hawkes:job(60)) }
search(jobs, "jobs", 0)
search({ objects.depths:estimate("both", 100, 100, 0.1) }, "estimate", 0)
-- memory outlives whatever a script does to the objects around it
for _, object in pairs(objects) do
  for key, value in pairs(object) do
    if type(value) == "function" and key ~= "mid_add" and key ~= "run" then object[key] = nil end
  end
end
for _ = 1, 50 do
  local garbage = {}
  for i = 1, 2000 do garbage[i] = { i } end
end
for i = 1, 2000 do objects.markout:mid(i, 100) end
local results = 0
local S = strategy { name = "kernel_memory" }
function S:on_start(ctx)
  search(ctx, "ctx", 0)
  for i = 1, #jobs do
    ctx:work(jobs[i], function(_, ...) results = results + 1 search({ ... }, "result", 0) end)
    if pcall(ctx.work, ctx, jobs[i]) then found[#found + 1] = "a job that runs twice" end
  end
  if pcall(ctx.work, ctx, {}) or pcall(ctx.work, ctx, nil) then found[#found + 1] = "a job of the script's own" end
  ctx:every(1000, function()
    error(#found == 0 and results == 2 and "nothing was found" or "raw memory at " .. table.concat(found, ", "))
  end)
end
return S
