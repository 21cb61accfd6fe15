local S = strategy { name = "memory_hog" }
local kept = {}
function S:on_book()
  for i = 1, 100 do kept[#kept + 1] = { i } end
end
return S
