-- Catches the error of the time limit again and again.
local S = strategy { name = "endless_pcall" }
function S:on_book()
  while true do pcall(function() while true do end end) end
end
return S
