-- R4's parameter calculator, on what collector.lua wrote: volatility, intensity of fills, and the quotes they make, as
-- the JSON that strategies read by params_file (strategies/lighter_maker.lua). `perigee quote` does it on tapes, with
-- more methods, and again and again with --every 2h.
--
--     perigee lua examples/lighter/parameters.lua --market PAXG --data lighter_data --hours 4 \
--       --out params/avellaneda_parameters_PAXG.json
local lighter = require "perigee.lighter"

local K = require "perigee.kernels"
local sdk = require "perigee.sdk"
local work = require "perigee.work"

local client, options = lighter.program { doc = "Computes the parameters of Avellaneda and Stoikov's model.",
  { name = "market", env = "MARKET_SYMBOL", default = "PAXG", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "data", value = "FOLDER", default = "lighter_data", doc = "of the collector" },
  { name = "hours", number = true, default = 4, doc = "the last so many" },
  { name = "gamma", number = true, env = "GAMMA", default = 0.05, doc = "risk aversion, 1/quote (or GAMMA)" },
  { name = "horizon-s", number = true, default = 600, doc = "of the model" },
  { name = "out", value = "FILE", doc = "JSON; without it only shown" },
}
local STEP_S, DAY_S = 1, 86400
local market = assert(client:market(options.market))

local function seconds(text)
  local y, mo, d, h, mi, s = text:match "^(%d+)-(%d+)-(%d+)T(%d+):(%d+):([%d.]+)Z"
  if not y then error("no time: " .. text:sub(1, 40), 0) end
  y, mo, d = tonumber(y), tonumber(mo), tonumber(d)
  if mo <= 2 then y, mo = y - 1, mo + 12 end
  local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400) +
    math.floor((153 * mo - 457) / 5) + d - 719469
  return days * DAY_S + h * 3600 + mi * 60 + tonumber(s)
end

-- Rows of all parts, oldest first, as cells.
local function rows(kind)
  local list, number = {}, 0
  while true do
    local path = ("%s/%s_%s_part%06d.csv"):format(options.data, kind, options.market, number)
    local file = io.open(path)
    if not file then break end
    file:read()
    for line in file:lines() do
      local cells = {}
      for cell in (line .. ","):gmatch "([^,]*)," do cells[#cells + 1] = cell end
      list[#list + 1] = cells
    end
    file:close()
    number = number + 1
  end
  if number == 0 then error(("there are no %s of %s in %s"):format(kind, options.market, options.data), 0) end
  return list
end

-- Best prices by time; the ask's are behind the ten levels of the bids.
local quotes = {}
for _, cells in ipairs(rows "prices") do
  local bid, ask = tonumber(cells[4]), tonumber(cells[24])
  if bid and ask then quotes[#quotes + 1] = { time = seconds(cells[1]), bid = bid, ask = ask } end
end
if #quotes < 2 then error("there are no book rows with both sides", 0) end
local last = quotes[#quotes].time
local first = math.max(quotes[1].time, last - options.hours * 3600)

-- Volatility of mids on a grid: GARCH, or the sample's where that is missing or more than five times off.
local capacity = math.ceil((last - first) / STEP_S) + 2
local rolling = K.sigma_window { returns = math.max(capacity, 2), step = STEP_S }
local garch = K.garch { returns = math.max(capacity, 10), step = STEP_S, student = true }
local at, time = 1, first
while time <= last do
  while quotes[at + 1] and quotes[at + 1].time <= time do at = at + 1 end
  local mid = (quotes[at].bid + quotes[at].ask) / 2
  rolling:update(mid)
  garch:update(mid)
  time = time + STEP_S
end
local sample = rolling:sigma_rel(10) or error("there are fewer than 10 returns", 0)
local fit, status = work.compute(garch:job())
local sigma = fit and status == "ok" and garch:sigma_rel(options.horizon_s) or nil
local method = sigma and "garch_t" or "rolling"
sigma = sigma or sample

-- Intensity of fills a side, from how far trades reach beyond the touch just before them.
local tick = tonumber(lighter.unscale(1, market.price_decimals))
local depths = K.trade_depths { window = math.max(1, last - first), max_trades = 500000 }
local counted = 0
at = 1
for _, cells in ipairs(rows "trades") do
  local when = seconds(cells[1])
  while quotes[at + 1] and quotes[at + 1].time < when do at = at + 1 end
  if when >= first and quotes[at].time < when then
    depths:trade(when, tonumber(cells[2]), cells[4], quotes[at].bid, quotes[at].ask, tick)
    counted = counted + 1
  end
end
local mid = (quotes[#quotes].bid + quotes[#quotes].ask) / 2
local function intensity(side)
  local estimate, why = depths:estimate(side, last, mid, tick)
  if not estimate then error(("%s: no intensity: %s (%d trades)"):format(side, why, counted), 0) end
  return { kappa = estimate.kappa, a = estimate.a, status = estimate.status }
end
local bid, ask = intensity "bid", intensity "ask"

local quote = K.avellaneda_stoikov()
local bid_price, why, reservation, half_bid, half_ask = quote(mid, 0, sigma * mid, options.gamma, bid.kappa, ask.kappa,
  options.horizon_s, 1)
if not bid_price then error("no quotes: " .. tostring(why), 0) end
print("mid", mid)
print("sigma", ("%.4f %% a day"):format(100 * sigma * math.sqrt(DAY_S)), method)
print("kappa", ("%.6g"):format(bid.kappa), ("%.6g"):format(ask.kappa), bid.status, ask.status)
print("half-spread, %", ("%.4f"):format(100 * half_bid / mid), ("%.4f"):format(100 * half_ask / mid))

-- Flat numbers are what the host reads; what is nested has R4's names, for people and other programs.
local document = {
  symbol = market.symbol, time_s = last, sigma_rel = sigma, gamma_rel = options.gamma * mid,
  kappa_bid_rel = bid.kappa * mid, kappa_ask_rel = ask.kappa * mid, a_bid = bid.a, a_ask = ask.a,
  ticker = market.symbol, timestamp = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(last)),
  market_data = { mid_price = mid, sigma = sigma * math.sqrt(DAY_S), A_bid = bid.a, k_bid = bid.kappa, A_ask = ask.a,
    k_ask = ask.kappa },
  optimal_parameters = { gamma = options.gamma },
  current_state = { time_remaining = options.horizon_s / DAY_S, inventory = 0, hours_window = options.hours,
    minutes_window = 60 * options.hours },
  calculation_period = { start = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(first)),
    ["end"] = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(last)) },
  calculated_values = { reservation_price = reservation, gap = math.abs(reservation - mid), half_spread_bid = half_bid,
    half_spread_ask = half_ask },
  limit_orders = { bid_price = reservation - half_bid, ask_price = reservation + half_ask,
    delta_b = mid - reservation + half_bid, delta_a = reservation + half_ask - mid,
    delta_b_percent = 100 * (mid - reservation + half_bid) / mid,
    delta_a_percent = 100 * (reservation + half_ask - mid) / mid },
}
if options.out then assert(sdk.write_file(options.out, lighter.text(document) .. "\n")) end
