-- estimators/fair_reference.lua: the fair price of a market from another one that leads it.
--
--   fair = mid of the reference + basis,   basis = EWMA of (own mid - mid of the reference)
--
-- The reference is the market that config.lua names (reference = "hl ETH") or `perigee backtest --reference DATA`; the
-- basis takes in what differs for good (funding, quote currencies) and lets pass what the reference knows first. When
-- to use: on the slower of two venues (Hasbrouck 1995: the venue that leads carries the price discovery). A reference
-- that has not been heard of for max_age_s gives "stale": nothing is quoted on yesterday's price.
local E = estimator {
  name = "fair_reference", gives = "price", unit = "quote",
  doc = "Mid of another market plus the slowly moving difference to this one.",
  params = {
    half_life_s = { 300, min = 1, max = 86400, unit = "s", doc = "of the average difference" },
    step_ms = { 1000, min = 50, unit = "ms", doc = "grid on which the difference is sampled" },
    min_samples = { 30, min = 1, max = 100000, doc = "warm-up" },
    max_age_s = { 3, min = 0.1, max = 3600, unit = "s", doc = "an older reference is stale" },
    max_basis_bps = { 100, min = 0.1, max = 10000, unit = "bps", doc = "a larger difference is no basis: low_quality" },
  },
}

function E:on_start()
  self.n, self.decay = 0, 2 ^ (-self.params.step_ms / 1000 / self.params.half_life_s)
end

function E:on_sample(mid, ctx)
  local reference = ctx.reference
  if not reference or not reference.mid or ctx.now - reference.time > self.params.max_age_s then return end
  self.n = self.n + 1
  local difference = mid - reference.mid
  self.basis = (self.basis or difference) + (difference - (self.basis or difference)) *
    math.max(1 - self.decay, 1 / self.n)
end

function E:on_reference(ctx) self.time = ctx.reference.time end

-- price, no standard error, status; or nil and the status
function E:value()
  local ctx, p = self.ctx, self.params
  local reference = ctx.reference
  if not reference or not reference.mid then return nil, "warmup" end
  if ctx.now - reference.time > p.max_age_s then return nil, "stale" end
  if self.n < p.min_samples then return nil, "warmup" end
  local status = math.abs(self.basis) > reference.mid * p.max_basis_bps * 1e-4 and "low_quality" or "ok"
  return reference.mid + self.basis, nil, status
end

return E
