-- Reads every estimator at every event, and fails when one gives a value that is no finite number, or no status.
local names = {
  fair = "fair_mid", micro = "fair_microprice", tilt = "fair_imbalance",
  simple = "sigma_simple", ewma = "sigma_ewma", bipower = "sigma_bipower", hybrid = "sigma_hybrid",
  garch = { "sigma_garch", step_ms = 1000, window_s = 600, refit_s = 60, min_returns = 60 },
  garch_t = { "sigma_garch_t", step_ms = 1000, window_s = 600, refit_s = 60, min_returns = 60 },
  multistart = { "sigma_garch_t_multistart", step_ms = 1000, window_s = 300, refit_s = 300, restarts = 10 },
  rate = "kappa_simple", virtual = { "kappa_virtual_quoting", refit_s = 30 },
  depth = { "kappa_depth_intensity", refit_s = 60 }, sided = { "kappa_sided", mirror_side = true },
  book_kappa = "kappa_book_decay", mle = "kappa_mle",
  hawkes = { "flow_hawkes", refit_s = 120 }, cascade = "cascade", adverse = { "adverse_selection", min_fills = 3 },
  queue = "queue", funding = { "funding" }, spread = "spread_regime", momentum = "momentum",
  trend = { "trend", candle_s = 5 },
}

local S = strategy {
  name = "read_all",
  params = {
    quote = { true, doc = "whether to quote, so that there are fills" },
    print_at_end = { false, doc = "log the last value of each" },
    needs = { "", doc = "slots, with a blank between, that must have given a value" },
    lacks = { "", doc = "slots that must never have given one" },
    statuses = { "", doc = "slot=status, with a blank between: the last one" },
    expect = { "", doc = "slot=value:tolerance (relative), with a blank between: the last value" },
  },
  estimators = names,
}

local slots = {}
for slot in pairs(names) do slots[#slots + 1] = slot end
table.sort(slots)

local function finite(x) return type(x) == "number" and x == x and x ~= math.huge and x ~= -math.huge end

local extra = { "sides", "intensity", "scores", "adjustments", "jump_ratio", "apr", "direction", "buys", "regime",
  "multiplier", "imbalance", "source", "read", "fit" }

local function check(what, value)
  if type(value) == "number" and not finite(value) then error(what .. " is no finite number") end
  if type(value) == "table" then
    for key, v in pairs(value) do
      if type(v) ~= "table" then check(what .. "." .. tostring(key), v) end
    end
  end
end

local values, statuses, seen = {}, {}, {}

local function read(ctx)
  for _, slot in ipairs(slots) do
    local estimator = ctx[slot]
    local value, se, status = estimator:value()
    if value ~= nil then
      if not finite(value) then error(slot .. ": value " .. tostring(value)) end
      if se ~= nil and not (finite(se) and se >= 0) then error(slot .. ": standard error " .. tostring(se)) end
      if type(status) ~= "string" then error(slot .. ": no status with a value") end
      if not estimator:age() or estimator:age() < 0 then error(slot .. ": no age with a value") end
      seen[slot] = true
      values[slot], statuses[slot] = value, status
    else
      if type(se) ~= "string" or se == "ok" then error(slot .. ": no value and status " .. tostring(se)) end
      values[slot], statuses[slot] = nil, se
    end
    for _, method in ipairs(extra) do
      if estimator[method] then
        local a, b = estimator[method](estimator)
        check(slot .. ":" .. method, a)
        check(slot .. ":" .. method, b)
      end
    end
  end
end

function S:on_book(ctx)
  read(ctx)
  if self.params.quote and ctx.mid then
    local size = math.ceil(20 / ctx.mid / ctx.lot) * ctx.lot -- above the venues' least value of an order
    ctx:quote { bid = { ctx.bid, size }, ask = { ctx.ask, size } }
  end
end

function S.on_trade(_, ctx) read(ctx) end
function S.on_fill(_, ctx) read(ctx) end
function S.on_funding(_, ctx) read(ctx) end

function S:on_stop(ctx)
  local fit = ctx.hawkes:fit()
  values["hawkes.branching"], values["hawkes.beta"] = fit and fit.branching, fit and fit.beta
  if self.params.print_at_end then
    for _, slot in ipairs(slots) do
      print(("%-12s %-14s %s"):format(slot, values[slot] and ("%.6g"):format(values[slot]) or "-", statuses[slot]))
    end
  end
  for slot in self.params.needs:gmatch "%S+" do
    if not seen[slot] then error(slot .. " never had a value: " .. tostring(statuses[slot])) end
  end
  for slot, status in self.params.statuses:gmatch "(%S+)=(%S+)" do
    if statuses[slot] ~= status then error(slot .. ": status " .. tostring(statuses[slot]) .. ", not " .. status) end
  end
  for slot, wanted, tolerance in self.params.expect:gmatch "(%S+)=(%S+):(%S+)" do
    local value = values[slot]
    if not value or math.abs(value / wanted - 1) > tonumber(tolerance) then
      error(slot .. " is " .. tostring(value) .. ", not " .. wanted)
    end
  end
  for slot in self.params.lacks:gmatch "%S+" do
    if seen[slot] then error(slot .. " had a value") end
  end
end

return S
