-- strategies/grid.lua: a fixed grid of orders around a slowly moving centre.
--
-- `levels` bids and asks at equal relative distances; the centre follows the fair price only when it has moved by
-- `recentre_bps`, so that orders keep their place in the queue. When to use: range-bound markets; it has no model of
-- risk beyond the inventory limit.
local S = strategy {
  name = "grid",
  doc = "Equally spaced orders around a centre that follows the price in steps.",
  params = {
    levels = { 5, min = 1, max = 32, doc = "orders on each side" },
    spacing_bps = { 5, min = 0.01, max = 1000, unit = "bps", doc = "distance between neighbouring orders" },
    first_bps = { 2.5, min = 0, max = 1000, unit = "bps", doc = "distance of the innermost orders from the centre" },
    size = { 0.02, min = 0, unit = "base", doc = "size of each order" },
    recentre_bps = { 10, min = 0.01, max = 10000, unit = "bps", doc = "movement of the price that moves the grid" },
  },
  estimators = { fair = "fair_mid" },
}

function S:on_start()
  self.bids, self.asks = {}, {}
  for i = 1, self.params.levels do
    self.bids[i], self.asks[i] = { 0, 0 }, { 0, 0 }
  end
  self.quotes = { bid = self.bids, ask = self.asks }
end

-- Prices of the grid around a centre.
function S:place(centre)
  local p = self.params
  self.centre = centre
  for i = 1, p.levels do
    local distance = centre * (p.first_bps + (i - 1) * p.spacing_bps) * 1e-4
    self.bids[i][1], self.asks[i][1] = centre - distance, centre + distance
  end
end

-- Sizes within the position limit: what the inner orders could add counts for the outer ones.
function S:resize(ctx)
  local size, limit, q = self.params.size, ctx.max_position, ctx.position
  for i = 1, self.params.levels do
    self.bids[i][2] = math.max(0, math.min(size, limit - q - (i - 1) * size))
    self.asks[i][2] = math.max(0, math.min(size, limit + q - (i - 1) * size))
  end
end

function S:on_book(ctx)
  local fair, why = ctx.fair:value()
  if not fair then return ctx:quote_none(why) end
  if not self.centre or math.abs(fair / self.centre - 1) * 1e4 >= self.params.recentre_bps then self:place(fair) end
  self:resize(ctx)
  ctx:quote(self.quotes)
end

return S
