--- Backtests from a Lua program: run, sweep, compare, plot. `perigee lua PROGRAM.lua`, require "perigee.backtest".
--
-- Runs share one mapped tape; a sweep uses both cores. Equal arguments give equal results, to the bit.
local ffi = require "ffi"
local host = require "perigee.host"
local page = require "perigee.page"

local C = host.C
local M = {}

local function fail(level, text, ...) error(text:format(...), level + 1) end

-------------------------------------------------------------------------------------------------------------- data

---@class perigee.Data
---@field symbol string
---@field events integer

--- Opens data for any number of runs: a tape, or recordings of one market.
---@param paths string|string[]|{symbol?: string, venue?: string, layout?: string}
---@return perigee.Data
function M.data(paths)
  if type(paths) == "string" then paths = { paths } end
  if type(paths) ~= "table" or #paths == 0 then fail(2, "bt.data takes a path or a list of paths") end
  local texts = ffi.new("const char *[?]", #paths)
  for i, path in ipairs(paths) do texts[i - 1] = path end
  local message = ffi.new "char[2048]"
  local handle = C.pg_study_open(texts, #paths, paths.symbol, paths.venue, paths.layout, message)
  if handle == nil then fail(2, "%s", ffi.string(message)) end
  return { handle = ffi.gc(handle, C.pg_study_close), symbol = ffi.string(C.pg_study_symbol(handle)),
    events = tonumber(C.pg_study_events(handle)) }
end

-------------------------------------------------------------------------------------------------------------- jobs

local job_numbers = {
  queue_power = "queue_power", maker_fee_bps = "maker_fee_bps", taker_fee_bps = "taker_fee_bps", capital = "capital",
  max_position = "max_position", from = "from_s", to = "to_s", seed = "seed", budget_ms = "budget_ms",
  memory_mb = "memory_mb",
}
local job_keys = { strategy = true, data = true, params = true, estimators = true, queue = true, fill = true,
  latency = true, threads = true }

local function settings_array(settings, keep)
  local names = {}
  for name in pairs(settings or {}) do names[#names + 1] = name end
  table.sort(names)
  local array = ffi.new("pg_study_setting[?]", math.max(#names, 1))
  for i, name in ipairs(names) do
    local value = settings[name]
    local text = type(value) == "number" and ("%.17g"):format(value) or tostring(value)
    keep[#keep + 1], keep[#keep + 2] = name, text
    array[i - 1].name, array[i - 1].value = name, text
  end
  keep[#keep + 1] = array
  return array, #names
end

local latency_keys = { order_ms = true, entry_ms = true, response_ms = true, feed_ms = true, sigma = true }

local function set_latency(job, latency, level)
  for key in pairs(latency) do
    if not latency_keys[key] then fail(level, "latency has no key '%s'", tostring(key)) end
  end
  if latency.order_ms then job.entry_ms, job.response_ms = latency.order_ms / 2, latency.order_ms / 2 end
  job.entry_ms = latency.entry_ms or job.entry_ms
  job.response_ms = latency.response_ms or job.response_ms
  job.feed_ms = latency.feed_ms or job.feed_ms
  job.latency_sigma = latency.sigma or 0
end

--- Fills a job from options. Texts that C borrows are put into `keep`.
local function fill_job(job, options, params, keep, level)
  C.pg_study_defaults(job)
  for key, value in pairs(options) do
    local field = job_numbers[key]
    if field then
      if type(value) ~= "number" then fail(level, "%s must be a number, not %s", key, tostring(value)) end
      job[field] = value
    elseif not job_keys[key] then
      fail(level, "there is no option '%s'", tostring(key))
    end
  end
  if type(options.strategy) ~= "string" then fail(level, "strategy must be a path") end
  if type(options.data) ~= "table" or not options.data.handle then fail(level, "data must come from bt.data") end
  job.strategy = options.strategy
  if options.queue then job.queue = options.queue end
  if options.fill then job.fill = options.fill end
  if options.latency then set_latency(job, options.latency, level + 1) end
  job.params, job.param_count = settings_array(params, keep)
  job.estimators, job.estimator_count = settings_array(options.estimators, keep)
end

local function read_result(result, params)
  local row = { params = params, ok = result.ok, seconds = result.seconds,
    decisions = ("%016x"):format(tonumber(result.decisions)) }
  row.decisions = bit.tohex(tonumber(result.decisions / 0x100000000ULL)) ..
    bit.tohex(tonumber(result.decisions % 0x100000000ULL))
  for name, value in pairs(params) do row[name] = value end
  if not result.ok then
    row.error = ffi.string(result.error)
    return row
  end
  row.warnings = {}
  for i = 0, result.warning_count - 1 do row.warnings[i + 1] = ffi.string(result.warning[i]) end
  for i = 0, result.metric_count - 1 do
    local value = result.metric[i]
    if value == value then row[ffi.string(result.metric_name[i])] = value end
  end
  return row
end

-------------------------------------------------------------------------------------------------------------- runs

local series_kinds = {
  equity = { read = C.pg_study_equity, columns = { "time", "equity" } },
  fills = { read = C.pg_study_fills, columns = { "time", "side", "price", "size", "fee", "mid", "position" } },
  chart = { read = C.pg_study_chart,
    columns = { "time", "bid", "ask", "quote_bid", "quote_ask", "position", "equity" } },
}

--- A series of a run as rows. "equity": { time, equity } on a grid; "fills": { time, side, price, size, fee, mid,
-- position }; "chart": { time, bid, ask, quote_bid, quote_ask, position, equity }. Times in seconds since the epoch.
---@param run table from bt.run or bt.again
---@param name "equity"|"fills"|"chart"
function M.series(run, name)
  local kind = series_kinds[name]
  if not kind then fail(2, "bt.series: there is equity, fills and chart, not '%s'", tostring(name)) end
  if type(run) ~= "table" or not run.handle then fail(2, "bt.series takes what bt.run or bt.again gave") end
  local n, width = kind.read(run.handle, nil), #kind.columns
  local buffer = ffi.new("double[?]", math.max(n * width, 1))
  kind.read(run.handle, buffer)
  local rows = {}
  for i = 0, n - 1 do
    local row = {}
    for k, column in ipairs(kind.columns) do
      local value = buffer[i * width + k - 1]
      if value == value then row[column] = value end
    end
    if name == "fills" then row.side = row.side == 1 and "buy" or "sell" end
    rows[i + 1] = row
  end
  return rows
end

--- Runs one backtest and keeps its series. Metrics are fields of the result (run.pnl, run.sharpe, ...).
---@param options {strategy: string, data: perigee.Data, params?: table, estimators?: table, queue?: string,
---  fill?: string, latency?: table, maker_fee_bps?: number, capital?: number, max_position?: number, seed?: integer}
function M.run(options)
  local keep, job, result = {}, ffi.new "pg_study_job", ffi.new "pg_study_result"
  local params = options.params or {}
  fill_job(job, options, params, keep, 2)
  local handle = C.pg_study_start(options.data.handle, job, result)
  if handle == nil then fail(2, "%s", ffi.string(result.error)) end
  local run = read_result(result, params)
  run.handle = ffi.gc(handle, C.pg_study_end)
  run.data = options.data -- the tape must outlive the run
  return run
end

------------------------------------------------------------------------------------------------------------ sweeps

--- n values from `first` to `last`: equally spaced, or equally spaced ratios with spacing = "log".
function M.range(first, last, n, spacing)
  local values = {}
  for i = 0, n - 1 do
    local part = n > 1 and i / (n - 1) or 0
    values[i + 1] = spacing == "log" and first * (last / first) ^ part or first + (last - first) * part
  end
  return values
end

--- Every combination of the parameters that are lists, in order of their names.
local function combinations(params)
  local names = {}
  for name in pairs(params) do names[#names + 1] = name end
  table.sort(names)
  local list = { {} }
  for _, name in ipairs(names) do
    local values = type(params[name]) == "table" and params[name] or { params[name] }
    local longer = {}
    for _, partial in ipairs(list) do
      for _, value in ipairs(values) do
        local copy = {}
        for k, v in pairs(partial) do copy[k] = v end
        copy[name] = value
        longer[#longer + 1] = copy
      end
    end
    list = longer
  end
  return list
end

local Rows = {}
Rows.__index = Rows

--- The row with the largest value of a metric (the smallest with order = "min"); nil when no row has it.
function Rows:best(name, order)
  local best
  for _, row in ipairs(self) do
    local value = row[name]
    if value and (not best or (order == "min" and value < best[name]) or (order ~= "min" and value > best[name])) then
      best = row
    end
  end
  return best
end

--- Runs every combination of params (each a value or a list) on `threads` threads (2). Returns rows in order: the
-- parameters and metrics of each run as fields; a run that failed has row.error.
function M.sweep(options)
  local list = combinations(options.params or {})
  local jobs = ffi.new("pg_study_job[?]", #list)
  local results = ffi.new("pg_study_result[?]", #list)
  local keep = {}
  for i, params in ipairs(list) do fill_job(jobs[i - 1], options, params, keep, 2) end
  C.pg_study_sweep(options.data.handle, jobs, results, #list, options.threads or 2)
  local rows = setmetatable({ options = options }, Rows)
  for i, params in ipairs(list) do
    rows[i] = read_result(results[i - 1], params)
    rows[i].rows = rows
  end
  return rows
end

--- Runs a row of a sweep again, keeping its series.
function M.again(row)
  local options = {}
  for key, value in pairs(row.rows.options) do options[key] = value end
  options.params, options.threads = row.params, nil
  return M.run(options)
end

--- Writes the HTML report of a run, or of a row of a sweep (which is run again).
function M.report(run, path)
  if not run then fail(2, "bt.report: there is no run (no row has that metric?)") end
  if not run.handle then run = M.again(run) end
  local message = ffi.new "char[2048]"
  if not C.pg_study_report(run.handle, path, "", message) then fail(2, "%s", ffi.string(message)) end
  return path
end

------------------------------------------------------------------------------------------------------------ output

local function cell(value)
  if value == nil then return "-" end
  if type(value) ~= "number" then return tostring(value) end
  if value == math.floor(value) and math.abs(value) < 1e12 then return ("%d"):format(value) end
  return ("%.5g"):format(value)
end

--- Prints rows as a table with these columns; a failed run shows its error's first line.
---@param rows table[]
---@param columns string[]
---@param out? file* default: standard output
function M.table(rows, columns, out)
  out = out or io.stdout
  local widths, lines = {}, { {} }
  for k, name in ipairs(columns) do lines[1][k] = name end
  for _, row in ipairs(rows) do
    local line = {}
    for k, name in ipairs(columns) do line[k] = cell(row[name]) end
    if row.error then line[#columns + 1] = row.error:match "^[^\n]*" end
    lines[#lines + 1] = line
  end
  for k = 1, #columns do
    widths[k] = 0
    for _, line in ipairs(lines) do widths[k] = math.max(widths[k], #line[k]) end
  end
  for _, line in ipairs(lines) do
    local parts = {}
    for k = 1, #columns do parts[k] = (" "):rep(widths[k] - #line[k]) .. line[k] end
    parts[#parts + 1] = line[#columns + 1]
    out:write(table.concat(parts, "  "), "\n")
  end
end

--- Writes a page with one chart of series: { { name = "gamma 0.1", rows = bt.series(run, "equity"), x =, y = } }.
-- x = "time" is shown as time of day.
---@param options {path: string, title: string, series: table[], ylabel?: string, xlabel?: string}
function M.plot(options)
  return page.write { path = options.path, title = options.title, sections = { { chart = options } } }
end

return M
