-- Volatility of recorded trades by several methods: simple, and GARCH(1,1) with normal and Student t errors.
--
--     perigee lua examples/extended/garch_test.lua --trades data/eth_usd/trades.csv
local arguments = require "perigee.arguments"
local history = require "perigee.extended.history"
local K = require "perigee.kernels"
local work = require "perigee.work"

local options = arguments.program({ name = "garch_test.lua", doc = "Volatility of recorded trades.", options = {
  { name = "trades", value = "PATH", required = true, doc = "a trades.csv" },
  { name = "step", number = true, default = 5, doc = "seconds between the prices that are compared" },
  { name = "horizon", number = true, default = 60, doc = "seconds of the forecast" },
} }, arg)

-- The last price of each step.
local prices, at, last = {}, nil, nil
for trade in history.trades(options.trades) do
  at = at or trade.time + options.step
  while trade.time >= at and last do
    prices[#prices + 1] = last
    at = at + options.step
  end
  last = trade.price
end
assert(#prices > 30, "there are too few prices")

local function per_hour(sigma) return ("%.6f 1/sqrt(s), %.4f %% an hour"):format(sigma, 100 * sigma * 60) end

local mean, square = 0, 0
for i = 2, #prices do mean = mean + math.log(prices[i] / prices[i - 1]) / (#prices - 1) end
for i = 2, #prices do square = square + (math.log(prices[i] / prices[i - 1]) - mean) ^ 2 end
print("prices", #prices)
print("simple", per_hour(math.sqrt(square / (#prices - 2) / options.step)))

for _, name in ipairs { "normal", "student" } do
  local garch = K.garch { returns = math.min(#prices, 100000), step = options.step, student = name == "student" }
  for _, price in ipairs(prices) do garch:update(price) end
  local fit, status = work.compute(garch:job())
  assert(fit, status)
  print(name, per_hour(assert((garch:sigma_rel(options.horizon)))), status)
  print(name .. " fit", ("alpha %.4f beta %.4f loglik %.1f"):format(fit.alpha, fit.beta, fit.loglik),
    fit.nu and ("nu %.2f"):format(fit.nu) or "")
end
