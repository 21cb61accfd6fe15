local S = strategy { name = "unknown_callback" }
function S:on_boook() end
return S
