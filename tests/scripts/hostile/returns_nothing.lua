strategy { name = "returns_nothing" }
