#include "script/state.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/home.h"
#include "script/heap.h"
#include "script/probe.h"

enum { TRACEBACK_SIZE = 4096, SOURCE_LIMIT = 4 << 20, SOURCES = 64 };

struct pg_state {
    lua_State *lua;
    pg_script_limits limits;
    pg_heap *heap;
    pg_budget budget;
    char traceback[TRACEBACK_SIZE];
    pg_source_text source[SOURCES];
    int source_count;
};

static const char declarations[] =
#include "script/declarations.inc"
    ;

/* The message that a probe raises; also how a budget error is known from others. */
static const char budget_message[] = "the script used up its time";

pg_script_limits pg_script_default_limits(void)
{
    return (pg_script_limits){ .memory_bytes = 64ul << 20, .callback_ns = 4000000, .start_ns = 2000000000 };
}

/* The key of the state itself in Lua's registry. */
static const char registry_key;

static pg_state *state_of(lua_State *lua)
{
    lua_pushlightuserdata(lua, (void *)&registry_key);
    lua_rawget(lua, LUA_REGISTRYINDEX);
    pg_state *state = lua_touserdata(lua, -1);
    lua_pop(lua, 1);
    return state;
}

/* ---- what lua/perigee gets from C beside the FFI: table `perigee_host` ---- */

static int raise(lua_State *lua, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    lua_pushstring(lua, pg_error_text(err, text, sizeof text));
    return lua_error(lua);
}

/* Takes the text over; false when there is no room for another. */
static bool keep_source(pg_state *state, const char *path, char *text, size_t length)
{
    char *copy = state->source_count < SOURCES ? strdup(path) : NULL;
    if (!copy)
        return false;
    state->source[state->source_count++] = (pg_source_text){ .path = copy, .text = text, .length = length };
    return true;
}

/* load(path, chunk_name) -> function of (probe); raises on any error. */
static int host_load(lua_State *lua)
{
    const char *path = luaL_checkstring(lua, 1), *name = luaL_checkstring(lua, 2);
    char *text = NULL, *probed = NULL;
    size_t length = 0, probed_length = 0;
    pg_error err = { 0 };
    pg_status status = pg_file_read(&text, &length, path, SOURCE_LIMIT, &err);
    if (status == PG_OK)
        status = pg_probe_insert(&probed, &probed_length, name, text, length, &err);
    if (status != PG_OK || !keep_source(state_of(lua), path, text, length))
        free(text);
    if (status != PG_OK)
        return raise(lua, &err);
    lua_pushfstring(lua, "@%s", name);
    int failed = luaL_loadbufferx(lua, probed, probed_length, lua_tostring(lua, -1), "t");
    free(probed);
    if (failed)
        return lua_error(lua);
    return 1;
}

/* compile(text, name) -> function(probe), or nil and why not: what a person typed. */
static int host_compile(lua_State *lua)
{
    size_t length = 0, probed_length = 0;
    const char *text = luaL_checklstring(lua, 1, &length), *name = luaL_checkstring(lua, 2);
    char *probed = NULL;
    pg_error err = { 0 };
    if (pg_probe_insert(&probed, &probed_length, name, text, length, &err) != PG_OK) {
        lua_pushnil(lua);
        lua_pushstring(lua, err.what);
        return 2;
    }
    lua_pushfstring(lua, "=%s", name);
    int failed = luaL_loadbufferx(lua, probed, probed_length, lua_tostring(lua, -1), "t");
    free(probed);
    if (!failed)
        return 1;
    lua_pushnil(lua);
    lua_insert(lua, -2);
    return 2;
}

static int host_forgive(lua_State *lua)
{
    pg_budget_forgive(&state_of(lua)->budget);
    return 0;
}

static void open_library(lua_State *lua, const char *name, lua_CFunction open)
{
    lua_pushcfunction(lua, open);
    lua_pushstring(lua, name);
    lua_call(lua, 1, 0);
}

static void set_string(lua_State *lua, const char *key, const char *value)
{
    lua_pushstring(lua, value);
    lua_setfield(lua, -2, key);
}

/* Runs protected: opening libraries allocates. */
static int open_libraries(lua_State *lua)
{
    bool trusted = lua_toboolean(lua, 1);
    pg_state *state = lua_touserdata(lua, 2);
    lua_pushlightuserdata(lua, (void *)&registry_key);
    lua_pushlightuserdata(lua, state);
    lua_rawset(lua, LUA_REGISTRYINDEX);
    if (trusted) {
        luaL_openlibs(lua);
    } else {
        open_library(lua, "", luaopen_base);
        open_library(lua, LUA_LOADLIBNAME, luaopen_package);
        open_library(lua, LUA_TABLIBNAME, luaopen_table);
        open_library(lua, LUA_STRLIBNAME, luaopen_string);
        open_library(lua, LUA_MATHLIBNAME, luaopen_math);
        open_library(lua, LUA_BITLIBNAME, luaopen_bit);
        open_library(lua, LUA_JITLIBNAME, luaopen_jit);
        open_library(lua, LUA_FFILIBNAME, luaopen_ffi);
    }
    lua_getglobal(lua, "package");
    lua_getfield(lua, -1, "path");
    lua_pushfstring(lua, "%s/lua/?.lua;%s/lua/?/init.lua%s%s", pg_home(), pg_home(), trusted ? ";" : "",
                    trusted ? lua_tostring(lua, -1) : "");
    lua_setfield(lua, -3, "path");
    lua_pop(lua, 1);
    if (!trusted)
        set_string(lua, "cpath", "");
    lua_newtable(lua);
    lua_pushcfunction(lua, host_load);
    lua_setfield(lua, -2, "load");
    lua_pushcfunction(lua, host_compile);
    lua_setfield(lua, -2, "compile");
    lua_pushcfunction(lua, host_forgive);
    lua_setfield(lua, -2, "forgive");
    set_string(lua, "declarations", declarations);
    set_string(lua, "home", pg_home());
    set_string(lua, "budget_message", budget_message);
    lua_pushlightuserdata(lua, &state->budget);
    lua_setfield(lua, -2, "budget");
    lua_setglobal(lua, "perigee_host");
    return 0;
}

pg_status pg_state_open(pg_state **opened, const pg_script_limits *limits, bool trusted, pg_error *err)
{
    pg_state *state = calloc(1, sizeof *state);
    if (!state)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a Lua state");
    state->limits = *limits;
    state->heap = pg_heap_new(limits->memory_bytes);
    state->lua = state->heap ? lua_newstate(pg_heap_allocate, state->heap) : NULL;
    if (!state->lua) {
        pg_heap_free(state->heap);
        free(state);
        return pg_fail(err, PG_ERR_MEMORY, "the memory limit of %zu bytes is too small for a Lua state",
                       limits->memory_bytes);
    }
    pg_budget_start(&state->budget, limits->start_ns);
    lua_pushcfunction(state->lua, open_libraries);
    lua_pushboolean(state->lua, trusted);
    lua_pushlightuserdata(state->lua, state);
    pg_status status = pg_state_call(state, 2, 0, err);
    if (status != PG_OK) {
        pg_state_close(state);
        return status;
    }
    *opened = state;
    return PG_OK;
}

void pg_state_close(pg_state *state)
{
    if (!state)
        return;
    lua_close(state->lua);
    pg_heap_free(state->heap);
    for (int i = 0; i < state->source_count; i++) {
        free(state->source[i].path);
        free(state->source[i].text);
    }
    free(state);
}

/* ---- calling ---- */

static int with_traceback(lua_State *lua)
{
    pg_state *state = state_of(lua);
    if (!lua_isstring(lua, 1)) {
        if (lua_isnil(lua, 1))
            lua_pushliteral(lua, "error without a message");
        else
            lua_pushfstring(lua, "error object of type %s", luaL_typename(lua, 1));
        lua_replace(lua, 1);
    }
    luaL_traceback(lua, lua, NULL, 1);
    snprintf(state->traceback, sizeof state->traceback, "%s", lua_tostring(lua, -1));
    lua_pop(lua, 1);
    return 1;
}

static pg_status status_of(int result, const char *message)
{
    if (result == LUA_ERRMEM)
        return PG_ERR_MEMORY;
    return strstr(message, budget_message) ? PG_ERR_BUDGET : PG_ERR_SCRIPT;
}

pg_status pg_state_call(pg_state *state, int arguments, int results, pg_error *err)
{
    lua_State *lua = state->lua;
    int handler = lua_gettop(lua) - arguments;
    state->traceback[0] = '\0';
    lua_pushcfunction(lua, with_traceback);
    lua_insert(lua, handler);
    int result = lua_pcall(lua, arguments, results, handler);
    lua_remove(lua, handler);
    if (result == 0)
        return PG_OK;
    const char *message = lua_tostring(lua, -1);
    if (!message)
        message = "unknown error";
    pg_status status = status_of(result, message);
    if (status == PG_ERR_MEMORY) {
        pg_fail(err, status, "the script needs more than its %zu MiB of memory", state->limits.memory_bytes >> 20);
        pg_error_remedy(err, "keep less state, or allow more with --memory-mb");
    } else {
        pg_fail(err, status, "%s", message);
        if (status == PG_ERR_BUDGET)
            pg_error_remedy(err, "%.3g ms of CPU time a callback are allowed; --budget-ms allows more",
                            (double)state->budget.limit_ns * 1e-6);
    }
    lua_settop(lua, handler - 1);
    return status;
}

pg_status pg_state_require(pg_state *state, const char *name, pg_error *err)
{
    lua_getglobal(state->lua, "require");
    lua_pushfstring(state->lua, "perigee.%s", name);
    return pg_state_call(state, 1, 1, err);
}

int pg_state_keep_text(pg_state *state, const char *path, const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (!copy)
        return -1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (keep_source(state, path, copy, length))
        return state->source_count - 1;
    free(copy);
    return -1;
}

const pg_source_text *pg_state_sources(const pg_state *state, int *count)
{
    *count = state->source_count;
    return state->source;
}

const char *pg_state_traceback(const pg_state *state)
{
    return state->traceback;
}

lua_State *pg_state_lua(const pg_state *state)
{
    return state->lua;
}

pg_budget *pg_state_budget(pg_state *state)
{
    return &state->budget;
}

const pg_script_limits *pg_state_limits(const pg_state *state)
{
    return &state->limits;
}

size_t pg_state_memory(const pg_state *state, size_t *peak)
{
    *peak = pg_heap_peak(state->heap);
    return pg_heap_used(state->heap);
}

uint64_t pg_state_allocations(const pg_state *state)
{
    return pg_heap_allocations(state->heap);
}
