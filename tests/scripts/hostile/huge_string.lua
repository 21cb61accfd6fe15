local S = strategy { name = "huge_string" }
function S:on_book() local s = ("x"):rep(2 ^ 30) return s end
return S
