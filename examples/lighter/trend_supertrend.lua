-- R4's trend by SuperTrend: a grid of periods and multipliers on candles a minute, the best by its Sharpe ratio, and
-- the direction that most of the best agree on.
--
-- The best of thousands on one series is IN-SAMPLE: it tells what would have been, not what will be. Take the direction
-- as an indication and never the profit as an expectation; --min-trades keeps flukes of two trades out.
--
--     perigee lua examples/lighter/trend_supertrend.lua --market PAXG --out params/supertrend_params_PAXG.json
local lighter = require "perigee.lighter"

local K = require "perigee.kernels"
local sdk = require "perigee.sdk"

local client, options = lighter.program { doc = "Finds a trend by a grid of SuperTrends (in-sample).",
  { name = "market", env = "MARKET_SYMBOL", default = "PAXG", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "count", number = true, default = 10000, doc = "candles of a minute" },
  { name = "candles", value = "FILE", doc = "where candles are kept" },
  { name = "fee", number = true, default = 0.0005, doc = "of a side, as a share; a trade pays two" },
  { name = "slippage", number = true, default = 0, doc = "of a side, as a share" },
  { name = "min-trades", number = true, default = 10, doc = "fewer do not count" },
  { name = "period-step", number = true, default = 5, doc = "of the grid 10 to 1200" },
  { name = "multiplier-step", number = true, default = 0.1, doc = "of the grid 1.8 to 10.3" },
  { name = "out", value = "FILE", doc = "JSON" },
}

local candles = assert(client:candles { market = options.market, resolution = "1m", count = options.count,
  file = options.candles })
local cost = 2 * (options.fee + options.slippage)

-- Stop and reverse: what the direction says at a close is done at the next open.
local function run(period, multiplier)
  local trend = K.trend { fast = 1, slow = 1, period = period, multiplier = multiplier }
  local side, entry, trades, sum, squares = 0, nil, 0, 0, 0
  for i, candle in ipairs(candles) do
    trend:candle(candle.h, candle.l, candle.c)
    local _, _, direction = trend:read()
    local nextc = candles[i + 1]
    if nextc and direction and direction ~= 0 and direction ~= side then
      if entry then
        local result = side * math.log(nextc.o / entry) - cost
        trades, sum, squares = trades + 1, sum + result, squares + result * result
      end
      side, entry = direction, nextc.o
    end
  end
  if trades < options.min_trades or trades < 2 then return nil end
  local mean = sum / trades
  local deviation = math.sqrt(math.max(0, (squares - trades * mean * mean) / (trades - 1)))
  if deviation == 0 then return nil end
  return { period = period, multiplier = multiplier, sharpe = mean / deviation, profit = math.exp(sum) - 1,
    trades = trades, direction = side }
end

local results, tried = {}, 0
for period = 10, math.min(1200, #candles), options.period_step do
  for k = 0, math.floor((10.3 - 1.8) / options.multiplier_step + 1e-9) do
    tried = tried + 1
    results[#results + 1] = run(period, 1.8 + k * options.multiplier_step)
  end
end
table.sort(results, function(a, b) return a.sharpe > b.sharpe end)

local votes = 0
for i = 1, math.ceil(#results / 20) do votes = votes + results[i].direction end
local trend, best = votes < 0 and -1 or 1, results[1] -- undecided: up, as R4 has it
print("tried", tried, #results .. " with enough trades")
print("trend", trend)
if best then
  print("best in-sample", best.period, best.multiplier, ("Sharpe %.4f a trade"):format(best.sharpe), best.trades)
end
if options.out then
  assert(sdk.write_file(options.out, lighter.text {
    symbol = options.market, trend = trend, time_s = sdk.now_ms() / 1000, in_sample = true, combinations = tried,
    best_parameters = best and { atr_period = best.period, atr_multiplier = best.multiplier } or lighter.null,
    backtest_performance = best and { sharpe_ratio = best.sharpe, cumulative_return_pct = 100 * best.profit,
      trades = best.trades } or lighter.null,
    current_signal = { trend = trend, interval = "1m", timestamp_utc = os.date("!%Y-%m-%dT%H:%M:%SZ") } } .. "\n"))
end
