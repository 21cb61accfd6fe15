local S = strategy { name = "undeclared_parameter", params = { half_spread_bps = { 5 } } }
function S:on_book(ctx) ctx:quote { bid = { ctx.bid - self.params.skew_bps, 1 } } end
return S
