getfenv(0).package.loaded.ffi.cdef "int x;"
return strategy { name = "no_getfenv" }
