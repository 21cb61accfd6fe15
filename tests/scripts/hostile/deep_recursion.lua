local S = strategy { name = "deep_recursion" }
local function f(n) return 1 + f(n + 1) end
function S:on_book() f(1) end
return S
