return strategy { name = "unknown_key", parms = {} }
