local S = strategy { name = "infinite_size" }
function S:on_book(ctx) ctx:quote { bid = { ctx.bid, math.huge } } end
return S
