-- How risk aversion changes what Avellaneda-Stoikov earns and holds: a sweep, a table, a report, a plot.
--
--     perigee lua examples/backtest_gamma.lua [DATA...]
--
-- Without data it uses the synthetic market that examples/quickstart makes.
local bt = require "perigee.backtest"

local paths = { ... }
if #paths == 0 then paths = { ".run/quickstart.tape" } end
local data = bt.data(paths)

local rows = bt.sweep {
  strategy = "strategies/avellaneda_stoikov.lua", data = data,
  params = { gamma_rel = bt.range(0.01, 10, 8, "log"), size = 0.05 },
  queue = "power3", latency = { order_ms = 60 },
}
bt.table(rows, { "gamma_rel", "pnl", "spread_capture", "inventory", "adverse_selection", "fees", "position_mean",
  "fills", "fill_ratio", "uptime_both" })

local best = rows:best "pnl"
print(("best: gamma %.3g with %.2f"):format(best.gamma_rel, best.pnl))
print("report  " .. bt.report(best, ".run/gamma_best.html"))

local series = {}
for i = 1, #rows, 3 do
  local name = ("gamma %.3g"):format(rows[i].gamma_rel)
  series[#series + 1] = { name = name, rows = bt.series(bt.again(rows[i]), "equity") }
end
print("plot    " .. bt.plot {
  path = ".run/gamma.html", title = "Equity by risk aversion", ylabel = "equity", series = series,
})
