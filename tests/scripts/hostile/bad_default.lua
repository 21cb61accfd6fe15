return strategy { name = "bad_default", params = { size = { 5, max = 3 } } }
