-- estimators/cascade.lua: severity of a liquidation cascade (quant.md 7.2).
--
--   lambda = mu + sum alpha w_i exp(-beta (t - t_i)),   w = notional/size_scale
--   severity = clamp((lambda/mu - 1)/4, 0, 2)
--
-- Venues do not mark liquidations for everybody, so events are proxies: seconds whose signed taker notional exceeds the
-- 99.5 % quantile of the last `window_s` seconds. A burst of sells stands for longs being liquidated.
local K = require "perigee.kernels"

local E = estimator {
  name = "cascade", gives = "severity",
  doc = "Severity of a liquidation cascade from bursts of one-sided taker volume, 0 to 2.",
  params = {
    window_s = { 600, min = 60, max = 7200, unit = "s", doc = "seconds that the quantile is taken over" },
    quantile = { 0.995, min = 0.5, max = 0.9999, doc = "of the signed notional a second, in size" },
    size_scale = { 10000, min = 1, unit = "quote", doc = "notional of an event of weight 1" },
    half_life_s = { 10, min = 0.1, max = 3600, unit = "s", doc = "of the excitation" },
    alpha = { 0.05, min = 0, max = 10, unit = "1/s", doc = "jump of the intensity by an event of weight 1" },
  },
}

function E:on_start(ctx)
  local p = self.params
  self.filter = K.cascade { start = ctx.now, size_scale = p.size_scale, half_life = p.half_life_s, alpha = p.alpha }
  self.signed, self.sizes, self.sorted, self.at = 0, {}, {}, 0
  ctx:every(1000, function(c) self:second(c) end)
end

function E:on_trade(_, trade)
  if trade.side == "buy" then
    self.signed = self.signed + trade.price * trade.size
  elseif trade.side == "sell" then
    self.signed = self.signed - trade.price * trade.size
  end
end

function E:second(ctx)
  local signed, size = self.signed, math.abs(self.signed)
  self.signed = 0
  if #self.sorted >= 60 and size > K.quantile(self.sorted, self.params.quantile) then
    self.filter:event(ctx.now, size, signed < 0 and "long" or "short")
  end
  self.at = self.at % self.params.window_s + 1
  self:replace(self.sizes[self.at], size)
  self.sizes[self.at] = size
  self.time = ctx.now
end

-- First place in the sorted seconds whose size is not below this one.
local function place(sorted, size)
  local low, high = 1, #sorted + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if sorted[middle] < size then low = middle + 1 else high = middle end
  end
  return low
end

-- The second that leaves the window makes room for the new one; the list stays sorted.
function E:replace(old, new)
  local sorted = self.sorted
  if old then table.remove(sorted, place(sorted, old)) end
  table.insert(sorted, place(sorted, new), new)
end

-- severity, no standard error, status; or nil and the status
function E:value()
  local severity, status = self.filter:severity(self.ctx.now)
  if not severity then return nil, status end
  return severity, nil, "ok"
end

-- { severity, ratio, active, pull, tail_multiplier, size_factor, long_share, direction }; nil and the status
function E:read() return self.filter:read(self.ctx.now) end

-- events are bursts, not reported liquidations
function E.source() return "proxy" end

return E
