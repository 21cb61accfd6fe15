-- What crossing the spread cost in a recording (see collect.lua): quoted, effective and realised spread.
--
--     perigee lua examples/extended/spread_analysis.lua --folder data/eth_usd
local arguments = require "perigee.arguments"
local history = require "perigee.extended.history"

local options = arguments.program({ name = "spread_analysis.lua", doc = "Spreads of a recording.", options = {
  { name = "folder", value = "PATH", required = true, doc = "with orderbook_depth.csv and trades.csv" },
  { name = "horizon", number = true, default = 10, doc = "seconds after a trade, of the realised spread" },
} }, arg)

local book                                -- as it stood last
local quoted, quoted_s = 0, 0             -- weighted by time
local effective, realised = {}, {}        -- bps of the mid, a trade each
local waiting, first = {}, 1              -- trades whose horizon is not over

local function mean(list)
  local sum = 0
  for _, value in ipairs(list) do sum = sum + value end
  return #list > 0 and sum / #list or 0
end

local function settle(time, mid)
  while waiting[first] and waiting[first].time + options.horizon <= time do
    local trade = waiting[first]
    realised[#realised + 1] = 2e4 * trade.sign * (trade.price - mid) / trade.mid
    first = first + 1
  end
end

history.replay(options.folder, function(next_book, trade)
  if next_book then
    if book then
      local dt = next_book.time - book.time
      quoted, quoted_s = quoted + dt * 2e4 * (book.ask - book.bid) / (book.ask + book.bid), quoted_s + dt
    end
    book = next_book
    settle(book.time, (book.bid + book.ask) / 2)
  elseif book then
    local mid, sign = (book.bid + book.ask) / 2, trade.side == "buy" and 1 or -1
    effective[#effective + 1] = 2e4 * sign * (trade.price - mid) / mid
    waiting[#waiting + 1] = { time = trade.time, price = trade.price, mid = mid, sign = sign }
  end
end)

assert(quoted_s > 0, "the recording has no two books")
print("time", ("%.1f s"):format(quoted_s), "trades", #effective)
print("quoted", ("%.3f bps"):format(quoted / quoted_s))
print("effective", ("%.3f bps"):format(mean(effective)))
print("realised", ("%.3f bps after %g s"):format(mean(realised), options.horizon), "trades", #realised)
