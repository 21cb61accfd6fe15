/* Probes in any text: what LuaJIT compiles must still compile with probes in it, and nothing crashes. */
#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "script/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *lua;
    if (!lua)
        lua = luaL_newstate();
    char *probed;
    size_t length;
    pg_error err;
    int compiles = luaL_loadbufferx(lua, (const char *)data, size, "original", "t") == 0;
    int inserted = pg_probe_insert(&probed, &length, "fuzz", (const char *)data, size, &err) == PG_OK;
    if (inserted) {
        int still = luaL_loadbufferx(lua, probed, length, "probed", "t") == 0;
        /* A chunk at LuaJIT's limits (200 locals, 60 upvalues) may have no room for one more. */
        const char *message = still ? "" : lua_tostring(lua, -1);
        if (compiles && !still && !strstr(message, "limit"))
            abort();
        free(probed);
    }
    lua_settop(lua, 0);
    return 0;
}
