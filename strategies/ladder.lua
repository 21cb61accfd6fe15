-- strategies/ladder.lua: several levels a side whose sizes fall and whose distances grow (seed 003; quant.md 6.8).
--
--   depth_i = d_min (d_max/d_min)^(i/(n-1)),   size_i = S decay^i / sum decay^j
--
-- allocation = "geometric" gives these sizes; "optimal" spreads the same total where it earns most: maximise
-- sum mv_i c_i (1 - e^{-s_i/c_i}), mv_i = lambda_i (depth_i - AS - fee), lambda_i = A exp(-kappa d_i), c_i the volume
-- that takers are expected to bring to level i; "greedy" is seed 003's rule. The reference price leans against the
-- inventory, the adding side is scaled by 1 - |u|, levels below the least notional are left out.
--
-- When to use: where sweeps through several levels are common, or a queue place further out is worth keeping.
local K = require "perigee.kernels"
local maker = require "perigee.maker"
local skew = require "perigee.skew"

local S = strategy {
  name = "ladder",
  doc = "A ladder of quotes with geometric or optimal sizes, leaning against inventory.",
  params = maker.params({
    first_bps = { 5, min = 0.01, max = 1000, unit = "bps", doc = "distance of the innermost level" },
    skew_bps = { 5, min = 0, max = 500, unit = "bps", doc = "shift of the reference price at full inventory" },
    allocation = { "geometric", options = { "geometric", "optimal", "greedy" }, doc = "see the file's head" },
    lifetime_s = { 10, min = 0.01, max = 3600, unit = "s", doc = "not geometric: expected life of a quote" },
    mean_trade = { 0.1, min = 1e-9, unit = "base", doc = "not geometric: mean size of a public trade" },
  }, { levels = 5, taper = true, notional = 0 }),
  estimators = maker.estimators {},
}

function S:on_start(ctx)
  local p = self.params
  self.maker = maker.new(self, ctx)
  if p.allocation ~= "geometric" then
    self.allocate = K.allocator(p.levels, { greedy = p.allocation == "greedy", min_size = ctx.lot })
    self.marginal, self.saturation, self.sizes = {}, {}, {}
    self.maker.shape = function(m, side, list, ref) self:reshape(m, ctx, side, list, ref) end
  end
end

-- Sizes of a built side by what each level is expected to earn; the total stays within what was built.
function S:reshape(m, ctx, side, list, ref)
  local p, total = self.params, 0
  local kappa = side == "bid" and m.kappa_bid or m.kappa_ask
  local a = side == "bid" and m.a_bid or m.a_ask
  if not a then return end
  for i = 1, #list do
    local distance = math.abs(list[i][1] - ref)
    local rate = a * math.exp(-kappa * distance)
    total = total + list[i][2]
    self.marginal[i] = rate * (distance / ref - ctx.maker_fee) * 1e4
    self.saturation[i] = math.max(rate * p.lifetime_s * p.mean_trade, 1e-12)
  end
  if total <= 0 or not self.allocate(self.marginal, self.saturation, total, self.sizes) then return end
  for i = 1, #list do list[i][2] = math.floor(self.sizes[i] / ctx.lot + 1e-9) * ctx.lot end
end

function S:on_book(ctx)
  local m = self.maker
  if m:unchanged(ctx) then return end
  local ready, why = m:inputs(ctx)
  if not ready then return m:none(ctx, why) end
  local half = m.fair * self.params.first_bps * 1e-4
  m:quote(ctx, m.fair + skew.linear(m.fair, m.u, self.params.skew_bps), half, half)
end

return S
