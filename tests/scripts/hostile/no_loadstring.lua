loadstring "while true do end" ()
return strategy { name = "no_loadstring" }
