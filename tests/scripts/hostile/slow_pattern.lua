local S = strategy { name = "slow_pattern" }
function S:on_book() return ("a"):rep(10000):find(("a-"):rep(20) .. "b") end
return S
