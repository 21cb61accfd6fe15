-- Every strategy on the same data, side by side in one report: profit and where it came from, inventory, drawdown.
--
--     perigee lua examples/compare_strategies.lua [--out REPORT.html] [DATA...]
--
-- DATA are tapes or recordings, each one market (several files of one are joined by commas: book.csv,trades.csv);
-- without any a synthetic market of two hours is made. The strategies run with their defaults and the same size. It
-- shows how they differ, not which one earns: profit on so little data is one draw, there is no market impact, and
-- parameters that fit one market do not fit another. Warnings say so where the data are too short for a figure, or
-- orders too large for what was displayed.
local bt = require "perigee.backtest"
local page = require "perigee.page"

local runs = {
  { "symmetric" }, { "inventory_aware" }, { "avellaneda_stoikov" },
  { "glft" }, { "glft", name = "glft exact", model = "exact" }, { "glft", name = "glft ladder", levels = 5 },
  { "ladder" }, { "hjb" }, { "cartea_jaimungal" }, { "ping_pong" }, { "grid", size = 0.02 }, { "obi" },
}

local columns = { "strategy", "pnl", "spread_capture", "inventory", "adverse_selection", "fees", "funding", "fills",
  "turnover", "position_mean", "position_max", "max_drawdown_quote", "markout_1s", "uptime_both", "shown_share_max" }

local about = "Same data, same size, default parameters. pnl = spread_capture + inventory + adverse_selection + fees + "
  .. "funding, in quote units; positive markouts are against us. Profit on so little data is one draw and no claim."

--- --out and the paths of the command line.
local function arguments()
  local out, inputs, i = ".run/compare.html", {}, 1
  while arg[i] do
    if arg[i] == "--out" then
      i = i + 1
      out = arg[i] or error("--out needs a path", 0)
    else
      inputs[#inputs + 1] = arg[i]
    end
    i = i + 1
  end
  return out, inputs
end

--- A synthetic market, made by the program whose name PERIGEE gives.
local function make_market()
  local path, program = ".run/compare.tape", os.getenv "PERIGEE" or ".build/release/perigee"
  local command = ("mkdir -p .run && '%s' data generate %s --hours 2 --seed 7 >/dev/null"):format(program, path)
  local status = os.execute(command)
  if status ~= 0 and status ~= true then error(("failed: %s (PERIGEE names the program)"):format(command), 0) end
  return path
end

--- Runs one strategy of the list; a row with its metrics and series.
local function run(one, data)
  local params = { size = 0.05 }
  for key, value in pairs(one) do
    if key ~= 1 and key ~= "name" then params[key] = value end
  end
  local row = bt.run { strategy = "strategies/" .. one[1] .. ".lua", data = data, params = params, capital = 10000 }
  row.strategy = one.name or one[1]
  return row
end

--- Adds the sections of one market.
local function compare(path, sections)
  local files = {}
  for file in path:gmatch "[^,]+" do files[#files + 1] = file end
  local data = bt.data(files)
  local rows, equity, position, warnings, seen = {}, {}, {}, {}, {}
  for i, one in ipairs(runs) do
    local row = run(one, data)
    rows[i] = row
    equity[i] = { name = row.strategy, rows = bt.series(row, "equity") }
    position[i] = { name = row.strategy, rows = bt.series(row, "chart"), y = "position" }
    for _, warning in ipairs(row.warnings) do
      local text = warning:find "^The data cover" and warning or row.strategy .. ": " .. warning
      if not seen[text] then warnings[#warnings + 1], seen[text] = text, true end
    end
  end
  print(("\n%s: %d events"):format(data.symbol, data.events))
  bt.table(rows, { "strategy", "pnl", "spread_capture", "inventory", "adverse_selection", "fees", "fills",
    "position_mean", "max_drawdown_quote" })
  local short = path:gsub("[^,]*/", ""):gsub(",", ", ")
  sections[#sections + 1] = { heading = ("%s (%s)"):format(data.symbol, short), warnings = warnings,
    table = { columns = columns, rows = rows } }
  sections[#sections + 1] = { text = "Equity, quote units", chart = { series = equity, ylabel = "equity" } }
  sections[#sections + 1] = { text = "Position, base units", chart = { series = position, ylabel = "position" } }
end

local out, inputs = arguments()
if #inputs == 0 then inputs[1] = make_market() end
local sections = { { text = about } }
for _, path in ipairs(inputs) do compare(path, sections) end
print("\nreport  " .. page.write { path = out, title = "Strategies side by side", sections = sections })
