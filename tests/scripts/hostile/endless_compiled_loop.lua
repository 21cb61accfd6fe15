local S = strategy { name = "endless_compiled_loop" }
local x = 0
function S:on_book()
  for i = 1, 1e18 do x = x + i % 7 end
end
return S
