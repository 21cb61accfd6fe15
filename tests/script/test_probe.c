/* Probes in Lua text: where they go, that lines stay, and that whatever compiled still compiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "script/probe.h"

static char *probed(const char *text)
{
    char *out = NULL;
    size_t length;
    pg_error err;
    assert_int_equal(pg_probe_insert(&out, &length, "t.lua", text, strlen(text), &err), PG_OK);
    assert_int_equal(length, strlen(out));
    assert_memory_equal(out, PG_PROBE_HEAD, strlen(PG_PROBE_HEAD));
    return out;
}

static void check(const char *text, const char *expected)
{
    char *out = probed(text);
    assert_string_equal(out + strlen(PG_PROBE_HEAD), expected);
    free(out);
}

static void test_places(void **state)
{
    (void)state;
    check("while x do y() end", "while x do __pg_probe();  y() end");
    check("for i = 1, 2 do end", "for i = 1, 2 do __pg_probe();  end");
    check("repeat x() until y", "repeat __pg_probe();  x() until y");
    check("local f = function(a, b) return a end", "local f = function(a, b) __pg_probe();  return a end");
    check("function t.a:m() end", "function t.a:m() __pg_probe();  end");
    check("::top:: goto top", "::top::  __pg_probe(); goto top");
    check("t.goto = 1 t.repeat_ = 2", "t.goto = 1 t.repeat_ = 2");
    check("if x then (f or g)() end", "if x then (f or g)() end");
}

static void test_left_alone(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "local s = 'while x do repeat function() end'",
        "local s = \"a \\\" do \\\" b\"",
        "local s = [[ do ]] .. [==[ repeat ]] do ]==]",
        "-- while true do\nlocal x = 1",
        "--[[ function() do\n ]] local x = 1 --[==[ ]] do ]==]",
        "local x = 0x1do",
        "local x = 1e5 local y = .5",
        "local dofile, redo = 1, 2",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check(texts[i], texts[i]);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *what, *where;
    } cases[] = {
        { "\x1bLJ\x02", "is bytecode", "" },
        { "local x = 1\nlocal __pg_probe = 2", "reserved", "t.lua:2" },
        { "x = 1\nlocal s = 'abc", "a string is not finished", "t.lua:2" },
        { "local s = [[ abc", "a long string is not finished", "t.lua:1" },
        { "\n\n--[[ abc", "a comment is not finished", "t.lua:3" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *out;
        size_t length;
        pg_error err = { 0 };
        assert_true(pg_probe_insert(&out, &length, "t.lua", cases[i].text, strlen(cases[i].text), &err) < 0);
        assert_non_null(strstr(err.what, cases[i].what));
        assert_string_equal(err.where, cases[i].where);
    }
}

/* Programs that use every statement still compile and say the right line in errors. */
static void test_compiles(void **state)
{
    (void)state;
    static const char text[] =
        "#!/usr/bin/env lua\n"
        "local t = {}\n"
        "function t.f(...) for k, v in pairs {...} do t[k] = v end end\n"
        "function t:m(a) while a > 0 do a = a - 1 if a == 3 then goto done end end ::done:: end\n"
        "for i = 1, 3 do local x = i goto continue ::continue:: end\n"
        "repeat local z = (function() return 1 end)() until z == 1\n"
        "t.f(1, 2) t:m(5)\n"
        "error 'here'\n";
    lua_State *lua = luaL_newstate();
    char *out = probed(text);
    assert_int_equal(luaL_loadbufferx(lua, out, strlen(out), "@t.lua", "t"), 0);
    lua_newtable(lua);
    lua_pushcfunction(lua, luaopen_base);
    lua_call(lua, 0, 0);
    lua_settop(lua, 1);
    luaL_loadstring(lua, "return function() count = (count or 0) + 1 end");
    lua_call(lua, 0, 1);
    assert_int_not_equal(lua_pcall(lua, 1, 0, 0), 0);
    assert_string_equal(lua_tostring(lua, -1), "t.lua:8: here");
    lua_getglobal(lua, "count");
    assert_true(lua_tonumber(lua, -1) > 10);
    lua_close(lua);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_left_alone),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_compiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
