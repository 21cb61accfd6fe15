getmetatable("").__index = nil
return strategy { name = "no_string_meta" }
