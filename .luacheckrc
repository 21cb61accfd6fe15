std = "luajit"
max_line_length = 120
codes = true
files["strategies"] = { std = "luajit+perigee" }
files["estimators"] = { std = "luajit+perigee" }
files["tests/scripts"] = { std = "luajit+perigee" }
stds.perigee = { read_globals = { "strategy", "estimator" } }
files["lua/perigee/layouts"] = { max_line_length = 140 }
files["lua/perigee/driver.lua"] = { read_globals = { "perigee_host" } }
files["lua/perigee/host.lua"] = { read_globals = { "perigee_host" } }
exclude_files = { "lua/perigee/meta.lua", "lua/perigee/*/meta.lua", "tests/scripts/hostile/*.lua" }
files["tests/lua"] = { std = "luajit+busted" }
files["config.lua"] = { read_globals = { "venue", "market", "risk", "record", "web", "host", "env", "file", "keystore" } }
files["tests/strategies"] = { read_globals = { "test", "expect", "testing" } }
