local S = strategy { name = "endless_loop" }
function S:on_book() while true do end end
return S
