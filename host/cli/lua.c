/* perigee lua: a Lua program with every library and Perigee's modules. */
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "cli/commands.h"
#include "script/state.h"

static const char help[] = "perigee lua PROGRAM.lua [ARGUMENTS...]\n"
                           "\n"
                           "Runs a Lua program of yours with all libraries, require \"perigee.backtest\" and\n"
                           "require \"perigee.hyperliquid\" (examples/README.md). Unlike a strategy it is trusted: no\n"
                           "sandbox. The table arg holds the arguments.\n";

static void push_arguments(lua_State *lua, int argc, char **argv)
{
    lua_newtable(lua);
    for (int i = 1; i < argc; i++) {
        lua_pushstring(lua, argv[i]);
        lua_rawseti(lua, -2, i - 1);
    }
    lua_setglobal(lua, "arg");
}

static int run(pg_state *state, int argc, char **argv)
{
    lua_State *lua = pg_state_lua(state);
    pg_error err = { 0 };
    push_arguments(lua, argc, argv);
    if (luaL_loadfile(lua, argv[1])) {
        fprintf(stderr, "perigee lua: %s\n", lua_tostring(lua, -1));
        return 1;
    }
    for (int i = 2; i < argc; i++)
        lua_pushstring(lua, argv[i]);
    if (pg_state_call(state, argc - 2, 0, &err) == PG_OK)
        return 0;
    pg_cli_fail("lua", &err);
    fprintf(stderr, "%s\n", pg_state_traceback(state));
    return 1;
}

int pg_cli_lua(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        fputs(help, argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : 0;
    }
    pg_script_limits limits = pg_script_default_limits();
    limits.memory_bytes = 4ul << 30;
    pg_error err = { 0 };
    pg_state *state;
    if (pg_state_open(&state, &limits, true, &err) != PG_OK)
        return pg_cli_fail("lua", &err);
    int status = run(state, argc, argv);
    pg_state_close(state);
    return status;
}
