-- The tables of Avellaneda & Stoikov (2008), section 3.3, reproduced with the kernel that strategies quote with.
--
--     perigee lua examples/validation/as2008.lua [PATHS]        default 10000 paths a row, some seconds
--
-- s0 = 100, T = 1, sigma = 2, dt = 0.005, k = 1.5, A = 140. In each step both sides are filled independently, then
-- the mid moves by sigma sqrt(dt). The paper takes the fill probability lambda dt literally; with 1 - exp(-lambda dt),
-- which an event simulator has, the profits are lower (quant.md 9.2), because A dt = 0.7 is not small.
-- "Inventory" quotes around the reservation price, "symmetric" the time-average of the same spread around the mid.
-- Exits with an error when a figure is further from the reference than its Monte Carlo error allows.
local K = require "perigee.kernels"

local paths = tonumber(arg[1]) or 10000
local s0, horizon, sigma, dt, k, a = 100, 1, 2, 0.005, 1.5, 140
local steps, move = 200, 2 * math.sqrt(0.005)

-- Published (1,000 paths) and ours with 40,000 paths (quant.md 9.2): profit, its deviation, deviation of the inventory.
local rows = {
  { 0.1, "inventory", paper = { 65.0, 6.6, 2.9 }, ours = { 64.88, 6.51, 2.92 }, poisson = 57.2 },
  { 0.1, "symmetric", paper = { 68.4, 12.7, 8.4 }, ours = { 68.22, 13.34, 8.41 }, poisson = 61.0 },
  { 0.01, "inventory", paper = { 68.6, 8.7, 5.1 }, ours = { 68.39, 8.87, 5.21 }, poisson = 60.3 },
  { 0.01, "symmetric", paper = { 68.8, 12.8, 8.7 }, ours = { 68.66, 13.52, 8.70 }, poisson = 60.6 },
  { 1, "inventory", paper = { 31.4, 5.0, 1.7 }, ours = { 31.44, 4.84, 1.64 }, poisson = 28.2 },
  { 1, "symmetric", paper = { 44.0, 11.0, 5.1 }, ours = { 43.88, 10.75, 5.16 }, poisson = 42.3 },
}

local quote = K.avellaneda_stoikov()

--- One path: profit and final inventory.
local function run_path(gamma, inventory, linear, average)
  local mid, q, cash = s0, 0, 0
  for i = 0, steps - 1 do
    local bid, ask
    if inventory then
      bid, ask = quote(mid, q, sigma, gamma, k, k, horizon - i * dt, 1)
    else
      bid, ask = mid - average / 2, mid + average / 2
    end
    local rate_bid, rate_ask = a * math.exp(-k * (mid - bid)) * dt, a * math.exp(-k * (ask - mid)) * dt
    if not linear then rate_bid, rate_ask = 1 - math.exp(-rate_bid), 1 - math.exp(-rate_ask) end
    if math.random() < rate_bid then cash, q = cash - bid, q + 1 end
    if math.random() < rate_ask then cash, q = cash + ask, q - 1 end
    mid = mid + (math.random() < 0.5 and move or -move)
  end
  return cash + q * mid, q
end

local function moments(sum, squares, n)
  local mean = sum / n
  return mean, math.sqrt(math.max(0, squares - n * mean * mean) / (n - 1))
end

--- Mean and deviation of the profit, deviation of the final inventory, over all paths.
local function simulate(gamma, kind, linear)
  math.randomseed(20080402)
  local average = gamma * sigma ^ 2 * horizon / 2 + 2 / gamma * math.log(1 + gamma / k)
  local p1, p2, q1, q2 = 0, 0, 0, 0
  for _ = 1, paths do
    local profit, q = run_path(gamma, kind == "inventory", linear, average)
    p1, p2, q1, q2 = p1 + profit, p2 + profit ^ 2, q1 + q, q2 + q ^ 2
  end
  local profit, deviation = moments(p1, p2, paths)
  local _, inventory = moments(q1, q2, paths)
  return profit, deviation, inventory
end

local failed = 0

local function check(what, value, expected, tolerance)
  if math.abs(value - expected) <= tolerance then return end
  failed = failed + 1
  print(("  %s is %.3f, expected %.3f within %.3f"):format(what, value, expected, tolerance))
end

print(("%d paths a row; published figures in brackets"):format(paths))
print "gamma  strategy    profit          std(profit)     std(final q)    profit with 1 - exp(-lambda dt)"
for _, row in ipairs(rows) do
  local gamma, kind, paper, ours = row[1], row[2], row.paper, row.ours
  local profit, deviation, inventory = simulate(gamma, kind, true)
  local poisson, poisson_deviation = simulate(gamma, kind, false)
  print(("%5g  %s  %6.2f [%5.2f]  %6.2f [%5.2f]  %6.2f [%5.2f]  %6.2f (reference %.1f)"):format(gamma, kind, profit,
    paper[1], deviation, paper[2], inventory, paper[3], poisson, row.poisson))
  local error_of_mean = deviation / math.sqrt(paths)
  check("profit", profit, ours[1], 4 * math.sqrt(error_of_mean ^ 2 + deviation ^ 2 / 40000) + 0.005)
  check("profit, published", profit, paper[1], 4 * deviation * math.sqrt(1 / 1000 + 1 / paths))
  check("std(profit)", deviation, ours[2], 4 * deviation / math.sqrt(2 * paths) + 0.12 * ours[2])
  check("std(final q)", inventory, ours[3], 4 * inventory / math.sqrt(2 * paths) + 0.12 * ours[3])
  check("profit with 1 - exp(-lambda dt)", poisson, row.poisson, 4 * poisson_deviation / math.sqrt(paths) + 0.1)
end
if failed > 0 then error(("%d figures are outside their tolerance"):format(failed), 0) end
print "all within tolerance"
