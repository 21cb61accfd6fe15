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
  self.signed, self.sizes, self.at = 0, {}, 0
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
  local signed, sizes = self.signed, self.sizes
  self.signed = 0
  if #sizes >= 60 and math.abs(signed) > self:threshold() then
    self.filter:event(ctx.now, math.abs(signed), signed < 0 and "long" or "short")
  end
  self.at = self.at % self.params.window_s + 1
  sizes[self.at] = math.abs(signed)
  self.limit = nil
  self.time = ctx.now
end

-- the quantile of the seconds so far; sorted anew at most once a second, and only when a burst asks for it
function E:threshold()
  if not self.limit then
    local sorted = {}
    for i, size in ipairs(self.sizes) do sorted[i] = size end
    table.sort(sorted)
    self.limit = K.quantile(sorted, self.params.quantile)
  end
  return self.limit
end

-- severity, no standard error, status; or nil and the status
function E:value()
  local state, status = self.filter:read(self.ctx.now)
  if not state then return nil, status end
  return state.severity, nil, "ok"
end

-- { severity, ratio, active, pull, tail_multiplier, size_factor, long_share, direction }; nil and the status
function E:read() return self.filter:read(self.ctx.now) end

-- events are bursts, not reported liquidations
function E.source() return "proxy" end

return E
