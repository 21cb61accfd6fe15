--- The host through the FFI: declarations loaded once a state, and the few functions that C gives us.
-- For Perigee's own files only; a script never gets hold of this module.
local ffi = require "ffi"

local given = perigee_host -- luacheck: globals perigee_host

ffi.cdef(given.declarations)

return {
  C = ffi.C,
  --- Compiles a script file with time probes in it: load(path, chunk name) -> function(probe). Raises on error.
  load = given.load,
  --- Takes the time since the callback began off its account: for work that the host did for the script.
  forgive = given.forgive,
  --- Folder that holds lua/, strategies/ and estimators/.
  home = given.home,
  budget = ffi.cast("pg_budget *", given.budget),
  budget_message = given.budget_message,
}
