io.open "/etc/passwd"
return strategy { name = "no_io" }
