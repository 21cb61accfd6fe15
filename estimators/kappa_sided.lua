-- estimators/kappa_sided.lua: a decay of the fill intensity for each side (quant.md 4.7).
--
--   z = (kappa_ask - kappa_bid)/sqrt(se_bid^2 + se_ask^2);   separate values where |z| > 2, else pooled
--
-- Bids are filled by taker sells, asks by taker buys; each by the maximum likelihood of kappa_mle. With mirror_side a
-- side without an estimate borrows the other one, and source() says so.
local estimators = require "perigee.estimators"

local E = estimator {
  name = "kappa_sided", gives = "kappa_px", unit = "1/quote",
  doc = "Fill-intensity decay of each side, separate where the sides differ.",
  params = {
    window_s = { 1800, min = 10, max = 86400, unit = "s", doc = "how far back trades are used" },
    max_trades = { 20000, min = 100, max = 200000, doc = "trades a side kept at the most" },
    refit_s = { 10, min = 0.1, max = 3600, unit = "s", doc = "time between estimates" },
    max_age_s = { 60, min = 1, max = 86400, unit = "s", doc = "without a newer trade the status is low_quality" },
    sides = { "auto", options = { "auto", "separate" }, doc = "auto: separate only where the sides differ" },
    mirror_side = { false, doc = "a side without an estimate takes the other one" },
  },
}

estimators.trade_depths(E)
E.sided = true

-- The estimates that the sides use and where they come from: "own", "pooled" or "mirror".
function E:chosen()
  local bid, ask = self.bid, self.ask
  if not bid and not ask then return nil, self.bid_status or self.status end
  if not bid or not ask then
    if not self.params.mirror_side then return nil, bid and self.ask_status or self.bid_status end
    return bid or ask, ask or bid, bid and "own" or "mirror", ask and "own" or "mirror"
  end
  if self.params.sides == "auto" and self.both and bid.se and ask.se then
    local z = (ask.kappa - bid.kappa) / math.sqrt(bid.se ^ 2 + ask.se ^ 2)
    if math.abs(z) <= 2 then return self.both, self.both, "pooled", "pooled" end
  end
  return bid, ask, "own", "own"
end

-- kappa of bids and of asks in 1/quote; nil and the status
function E:sides()
  local bid, ask = self:chosen()
  if not bid then return nil, ask end
  return bid.kappa, ask.kappa
end

-- A of bids and of asks, 1/s; nil and the status
function E:intensity()
  local bid, ask = self:chosen()
  if not bid then return nil, ask end
  return bid.a, ask.a
end

-- where the kappas of bids and asks come from; nil and the status
function E:source()
  local bid, ask, bid_source, ask_source = self:chosen()
  if not bid then return nil, ask end
  return bid_source, ask_source
end

return E
