local S = strategy { name = "endless_goto" }
function S:on_book()
  ::again::
  goto again
end
return S
