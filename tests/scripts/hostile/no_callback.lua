return strategy { name = "no_callback" }
