-- How fast fills get rarer with distance, of a recording: lambda(d) = A exp(-kappa d), by how far trades reached.
--
--     perigee lua examples/extended/kappa_test.lua --folder data/eth_usd --tick 0.1
local arguments = require "perigee.arguments"
local history = require "perigee.extended.history"
local K = require "perigee.kernels"

local options = arguments.program({ name = "kappa_test.lua", doc = "Kappa and A of a recording.", options = {
  { name = "folder", value = "PATH", required = true, doc = "with orderbook_depth.csv and trades.csv" },
  { name = "tick", number = true, required = true, doc = "of the market" },
  { name = "window", number = true, default = 86400, doc = "seconds at the end of the recording" },
} }, arg)

local depths = K.trade_depths { window = options.window, max_trades = 200000 }
local book, now
history.replay(options.folder, function(next_book, trade)
  now = (next_book or trade).time
  book = next_book or book
  if trade and book then depths:trade(now, trade.price, trade.side, book.bid, book.ask, options.tick) end
end)
assert(book, "the recording has no book")

for _, side in ipairs { "bid", "ask", "both" } do
  local fit, status = depths:estimate(side, now, (book.bid + book.ask) / 2, options.tick)
  if fit then
    print(side, ("kappa %.4f +- %.4f 1/USD"):format(fit.kappa, fit.se), ("A %.4f 1/s"):format(fit.a), "trades", fit.n,
      fit.status)
  else
    print(side, "no estimate", status)
  end
end
