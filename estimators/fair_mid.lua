-- estimators/fair_mid.lua: the mid price as fair price (quant.md 2.1).
--
--   fair = (bid + ask) / 2
--
-- A mid that has become invalid (a side missing, book crossed or locked) is kept for max_stale_s, then the status is
-- stale.
local E = estimator {
  name = "fair_mid", gives = "price", unit = "quote",
  doc = "Mid of best bid and ask.",
  params = {
    max_stale_s = { 5, min = 0, max = 3600, unit = "s", doc = "how long the last valid mid is kept" },
  },
}

function E:on_book(ctx)
  local bid, ask = ctx.bid, ctx.ask
  if bid and ask and ask > bid then
    self.mid, self.time = ctx.mid, ctx.now
  end
  self.now = ctx.now
end

-- value in quote units, no standard error, status; or nil and the status
function E:value()
  if not self.mid then return nil, "warmup" end
  if self.now - self.time > self.params.max_stale_s then return nil, "stale" end
  return self.mid, nil, "ok"
end

return E
