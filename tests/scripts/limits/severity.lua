-- An estimator of cascades that says what the test tells it: the size at the best bid, in base units.
local E = estimator { name = "severity", gives = "severity", unit = "", doc = "As the test says." }

function E:on_book(ctx) self.severity = ctx.bid_size end

function E:value()
  if not self.severity then return nil, "warmup" end
  return self.severity, nil, "ok"
end

return E
