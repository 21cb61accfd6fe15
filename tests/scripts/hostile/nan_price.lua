local S = strategy { name = "nan_price" }
function S:on_book(ctx) ctx:quote { bid = { 0 / 0, 1 }, ask = { ctx.ask, 1 } } end
return S
