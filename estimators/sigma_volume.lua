-- estimators/sigma_volume.lua: volatility in volume time with its jump ratio (seed 003; quant.md 2.4 to 2.6, 3.5).
--
-- Trades fill buckets of 1 % of the last five minutes' volume; the returns between the buckets' VWAPs go through three
-- scales of realised and bipower variation (half-lives 5, 20, 100 buckets). The value mixes the continuous and the
-- total part by the fast jump ratio; per bucket it becomes per second by the rate of buckets. VWAP returns of a random
-- walk are too small: the variances are corrected (2.5).
--
-- When to use: in slot jumps, for the reactions to toxic flow; in slot sigma where trading comes in waves.
local K = require "perigee.kernels"

local E = estimator {
  name = "sigma_volume", gives = "sigma_rel", unit = "1/sqrt(s)",
  doc = "Volatility and jump ratio of returns in volume time.",
  params = {
    fraction = { 0.01, min = 1e-4, max = 0.5, doc = "of the window's volume that a bucket holds" },
    window_s = { 300, min = 10, max = 86400, unit = "s", doc = "how far back volume is counted" },
    min_lots = { 10, min = 1, max = 1e9, unit = "lots", doc = "least volume of a bucket" },
    fast = { 5, min = 1, max = 1000, unit = "buckets", doc = "half-life of the fast scale" },
    medium = { 20, min = 1, max = 1000, unit = "buckets", doc = "half-life of the medium scale" },
    slow = { 100, min = 1, max = 10000, unit = "buckets", doc = "half-life of the slow scale" },
    warmup = { 20, min = 2, max = 10000, unit = "buckets", doc = "warm-up" },
    bias_correction = { true, doc = "correct for the smoothness of VWAPs" },
    max_trades = { 20000, min = 100, max = 1e6, doc = "trades of the window kept at the most" },
  },
}

function E:on_start(ctx)
  local p = self.params
  self.volume = K.volume_volatility { fraction = p.fraction, window = p.window_s, min_bucket = p.min_lots * ctx.lot,
    warmup = p.warmup, fast = p.fast, medium = p.medium, slow = p.slow, bias_correction = p.bias_correction,
    max_trades = p.max_trades }
end

function E:on_trade(ctx, trade)
  if self.volume:trade(ctx.now, trade.price, trade.size) then self.time = ctx.now end
end

-- effective volatility, no standard error, status; or nil and the status
function E:value() return self.volume:sigma_rel() end

-- total over continuous variation on the fast scale; nil while it is not known
function E:jump_ratio() return self.volume.jump_ratio end

-- buckets a second
function E:rate() return self.volume.rate end

return E
