/* perigee lua and perigee test: Lua programs with every library and Perigee's modules. */
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <string.h>

#include "cli/commands.h"
#include "script/state.h"

static const char help[] = "perigee lua PROGRAM.lua [ARGUMENTS...]\n"
                           "\n"
                           "Runs a Lua program of yours with all libraries, require \"perigee.backtest\" and\n"
                           "require \"perigee.hyperliquid\" (examples/README.md). Unlike a strategy it is trusted: no\n"
                           "sandbox. The table arg holds the arguments.\n";

static const char test_help[] =
    "perigee test FILE.lua...\n"
    "\n"
    "Runs tests of strategies: given a book, a position and what the estimators say, expect quotes. In a file\n"
    "there are the words testing (lua/perigee/testing.lua), test and expect:\n"
    "\n"
    "  local market = testing.market { strategy = \"strategies/symmetric.lua\", params = { size = 0.1 },\n"
    "                                  values = { fair = 100 }, max_position = 1 }\n"
    "  test(\"leans against inventory\", function()\n"
    "    local long = market:book { bid = 99.9, ask = 100.1, position = 0.5 }\n"
    "    expect(long.bid[1].price).below(100 * (1 - 5e-4))\n"
    "  end)\n"
    "\n"
    "Exits with 1 when a test has failed.\n";

static const char test_program[] = "local failed, passed = require('perigee.testing').run(...)\n"
                                   "if failed > 0 then error(failed .. ' of ' .. failed + passed .. ' failed', 0) end";

static void push_arguments(lua_State *lua, int argc, char **argv)
{
    lua_newtable(lua);
    for (int i = 1; i < argc; i++) {
        lua_pushstring(lua, argv[i]);
        lua_rawseti(lua, -2, i - 1);
    }
    lua_setglobal(lua, "arg");
}

/* Calls the chunk on the stack with arguments. */
static int run(pg_state *state, const char *command, int count, char **arguments, bool traceback)
{
    lua_State *lua = pg_state_lua(state);
    pg_error err = { 0 };
    for (int i = 0; i < count; i++)
        lua_pushstring(lua, arguments[i]);
    if (pg_state_call(state, count, 0, &err) == PG_OK)
        return 0;
    pg_cli_fail(command, &err);
    if (traceback)
        fprintf(stderr, "%s\n", pg_state_traceback(state));
    return 1;
}

static int run_program(pg_state *state, int argc, char **argv)
{
    lua_State *lua = pg_state_lua(state);
    push_arguments(lua, argc, argv);
    if (luaL_loadfile(lua, argv[1])) {
        fprintf(stderr, "perigee lua: %s\n", lua_tostring(lua, -1));
        return 1;
    }
    return run(state, "lua", argc - 2, argv + 2, true);
}

static int run_tests(pg_state *state, int argc, char **argv)
{
    lua_State *lua = pg_state_lua(state);
    if (luaL_loadbuffer(lua, test_program, sizeof test_program - 1, "=perigee test")) {
        fprintf(stderr, "perigee test: %s\n", lua_tostring(lua, -1));
        return 1;
    }
    return run(state, "test", argc - 1, argv + 1, false);
}

/* A trusted state for one program. */
static int with_state(const char *command, int argc, char **argv, int (*program)(pg_state *, int, char **))
{
    pg_script_limits limits = pg_script_default_limits();
    limits.memory_bytes = 4ul << 30;
    pg_error err = { 0 };
    pg_state *state;
    if (pg_state_open(&state, &limits, true, &err) != PG_OK)
        return pg_cli_fail(command, &err);
    int status = program(state, argc, argv);
    pg_state_close(state);
    return status;
}

static bool wants_help(int argc, char **argv, const char *text)
{
    if (argc >= 2 && strcmp(argv[1], "--help") != 0)
        return false;
    fputs(text, argc < 2 ? stderr : stdout);
    return true;
}

int pg_cli_lua(int argc, char **argv)
{
    if (wants_help(argc, argv, help))
        return argc < 2 ? 2 : 0;
    return with_state("lua", argc, argv, run_program);
}

int pg_cli_test(int argc, char **argv)
{
    if (wants_help(argc, argv, test_help))
        return argc < 2 ? 2 : 0;
    return with_state("test", argc, argv, run_tests);
}
