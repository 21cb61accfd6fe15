-- Which orders around the mid would have been filled, and when: virtual orders at a grid of distances on a recording.
--
--     perigee lua examples/extended/virtual_quoting.lua --folder data/eth_usd --tick 0.1
local arguments = require "perigee.arguments"
local history = require "perigee.extended.history"
local K = require "perigee.kernels"
local work = require "perigee.work"

local options = arguments.program({ name = "virtual_quoting.lua", doc = "Kappa from virtual orders.", options = {
  { name = "folder", value = "PATH", required = true, doc = "with orderbook_depth.csv and trades.csv" },
  { name = "tick", number = true, required = true, doc = "of the market" },
  { name = "lifetime", number = true, default = 10, doc = "seconds of a virtual order" },
  { name = "farthest", number = true, default = 0.0015, doc = "the largest distance, as a share of the mid" },
  { name = "window", number = true, default = 86400, doc = "seconds at the end of the recording" },
} }, arg)

local virtual = K.virtual_quoting { window = options.window, lifetime = options.lifetime, levels = 18, lo_ticks = 2,
  hi_fraction = options.farthest, max_trades = 200000, min_fills = 10 }
local book, now, due
history.replay(options.folder, function(next_book, trade)
  now = (next_book or trade).time
  if trade then virtual:trade(now, trade.price, trade.size, trade.side) end
  book = next_book or book
  due = due or now
  if book and now >= due then -- new orders around where the mid is now
    virtual:start(now, (book.bid + book.ask) / 2, options.tick)
    due = due + options.lifetime * math.ceil((now - due + 1e-9) / options.lifetime)
  end
end)

local job, status = virtual:job(now, options.tick)
assert(job, status)
local fits = work.compute(job)
for _, side in ipairs { "bid", "ask" } do
  local fit = fits[side]
  if fit then
    print(side, ("kappa %.4f 1/USD, 95 %% %.4f to %.4f"):format(fit.kappa, fit.lo or 0, fit.hi or 0),
      ("A %.4f 1/s"):format(fit.a), ("R2 %.3f"):format(fit.r2 or 0), "levels", fit.levels)
  else
    print(side, "no estimate", fits[side .. "_status"])
  end
end
