-- Loops before any callback: while the file is loaded.
while true do end
return strategy { name = "endless_load" }
