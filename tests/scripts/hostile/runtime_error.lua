local S = strategy { name = "runtime_error", params = { size = { 1 } } }
function S:on_book(ctx)
  local x = nil
  ctx:quote { bid = { x.price, self.params.size } }
end
return S
