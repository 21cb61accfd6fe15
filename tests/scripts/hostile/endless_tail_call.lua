local S = strategy { name = "endless_tail_call" }
local function f(n) return f(n + 1) end
function S:on_book() f(1) end
return S
