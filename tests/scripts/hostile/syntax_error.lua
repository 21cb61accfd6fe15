local S = strategy { name = "syntax_error" }
function S:on_book(ctx)
  local x = = 1
end
return S
