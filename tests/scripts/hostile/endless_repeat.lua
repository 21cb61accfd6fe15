local S = strategy { name = "endless_repeat" }
function S:on_book() repeat local y = 1 until y == 2 end
return S
