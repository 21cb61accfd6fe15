local S = strategy { name = "endless_coroutine" }
function S:on_book()
  coroutine.wrap(function() while true do coroutine.wrap(function() while true do end end)() end end)()
end
return S
