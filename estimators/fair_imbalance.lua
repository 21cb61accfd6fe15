-- estimators/fair_imbalance.lua: the mid moved towards the thinner side of the book (quant.md 5.1).
--
--   fair = mid + weight I (ask - bid)/2,   I = (bid size - ask size)/(bid size + ask size) over the best `levels`
--
-- With one level and weight 1 this is the weighted mid (bid ask_size + ask bid_size)/(bid_size + ask_size). I may be
-- smoothed by an EWMA a book update. When to use: where the spread is a few ticks and sizes at the touch tell where the
-- next move goes; it never leaves the spread.
local E = estimator {
  name = "fair_imbalance", gives = "price", unit = "quote",
  doc = "Mid moved within the spread by the imbalance of resting sizes.",
  params = {
    levels = { 1, min = 1, max = 32, doc = "levels a side that are counted" },
    weight = { 1, min = 0, max = 1, doc = "share of half the spread at full imbalance" },
    smoothing = { 1, min = 0.001, max = 1, doc = "EWMA weight of a book update; 1: none" },
    max_stale_s = { 5, min = 0, max = 3600, unit = "s", doc = "how long the last valid price is kept" },
  },
}

function E:on_book(ctx)
  self.now = ctx.now
  local bid, ask = ctx.bid, ctx.ask
  if not (bid and ask and ask > bid) or ctx.bid_size + ctx.ask_size < 1e-9 then return end
  local p = self.params
  local imbalance = ctx.book:imbalance(p.levels)
  local last = self.smoothed or imbalance
  self.smoothed = last + p.smoothing * (imbalance - last)
  self.fair = ctx.mid + p.weight * self.smoothed * (ask - bid) / 2
  self.time = ctx.now
end

-- value in quote units, no standard error, status; or nil and the status
function E:value()
  if not self.fair then return nil, "warmup" end
  if self.now - self.time > self.params.max_stale_s then return nil, "stale" end
  return self.fair, nil, "ok"
end

-- the (smoothed) imbalance in [-1, 1]; nil before the first book
function E:imbalance() return self.smoothed end

return E
