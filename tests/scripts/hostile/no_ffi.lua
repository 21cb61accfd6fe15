local ffi = require "ffi"
return strategy { name = "no_ffi" }, ffi
