os.exit(0)
return strategy { name = "no_os" }
