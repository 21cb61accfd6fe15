-- Runs the specs with busted inside Perigee's own LuaJIT: perigee lua tests/lua/run.lua [busted's options]
-- luacheck: globals arg
arg[0] = "tests/lua/run.lua"
if #arg == 0 then arg[1] = "tests/lua" end
require "busted.runner" { standalone = false, batch = true }
