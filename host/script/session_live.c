#include "script/session_live.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#include "script/session_internal.h"

/* ---- calls of lua/perigee/console.lua ---- */

pg_status pg_session_prepare(pg_session *session, pg_error *err)
{
    if (session->console != 0)
        return PG_OK;
    pg_status status = pg_state_require(session->state, "console", err);
    if (status == PG_OK)
        session->console = luaL_ref(pg_state_lua(session->state), LUA_REGISTRYINDEX);
    return status;
}

/* Pushes console.NAME and the session object. */
static pg_status push_console(pg_session *session, const char *name, pg_error *err)
{
    pg_status status = pg_session_prepare(session, err);
    if (status != PG_OK)
        return status;
    pg_budget_start(pg_state_budget(session->state), session->config.limits.callback_ns);
    session_push(session, session->console, name);
    return PG_OK;
}

/* The text on top of the stack to the end of *out. */
static void take_text(pg_session *session, pg_text *out)
{
    lua_State *lua = pg_state_lua(session->state);
    size_t length;
    const char *text = lua_tolstring(lua, -1, &length);
    if (text)
        pg_text_add(out, text, length);
    lua_pop(lua, 1);
}

static pg_status ask(pg_session *session, const char *name, pg_text *out, pg_error *err)
{
    pg_status status = push_console(session, name, err);
    if (status == PG_OK)
        status = pg_state_call(session->state, 1, 1, err);
    if (status == PG_OK)
        take_text(session, out);
    return status;
}

pg_status pg_session_why(pg_session *session, pg_text *out, pg_error *err)
{
    return ask(session, "why", out, err);
}

pg_status pg_session_names(pg_session *session, pg_text *out, pg_error *err)
{
    return ask(session, "names", out, err);
}

double pg_session_estimate(pg_session *session, const char *slot, const char *gives)
{
    lua_State *lua = pg_state_lua(session->state);
    pg_error err = { 0 };
    if (push_console(session, "estimate", &err) != PG_OK)
        return NAN;
    lua_pushstring(lua, slot);
    lua_pushstring(lua, gives);
    if (pg_state_call(session->state, 3, 1, &err) != PG_OK)
        return NAN;
    double value = lua_isnumber(lua, -1) ? lua_tonumber(lua, -1) : NAN;
    lua_pop(lua, 1);
    return value;
}

pg_status pg_session_eval(pg_session *session, const char *line, bool write, pg_text *out, pg_error *err)
{
    lua_State *lua = pg_state_lua(session->state);
    pg_status status = push_console(session, "eval", err);
    if (status != PG_OK)
        return status;
    lua_pushstring(lua, line);
    lua_pushboolean(lua, write);
    status = pg_state_call(session->state, 3, 1, err);
    if (status == PG_OK)
        take_text(session, out);
    return status;
}

pg_status pg_session_set(pg_session *session, const char *name, const char *value, char *before, char *after,
                         pg_error *err)
{
    lua_State *lua = pg_state_lua(session->state);
    pg_status status = push_console(session, "set", err);
    if (status != PG_OK)
        return status;
    lua_pushstring(lua, name);
    lua_pushstring(lua, value);
    status = pg_state_call(session->state, 3, 2, err);
    if (status != PG_OK)
        return status;
    snprintf(before, 32, "%s", lua_tostring(lua, -2));
    snprintf(after, 32, "%s", lua_tostring(lua, -1));
    lua_pop(lua, 2);
    return PG_OK;
}

/* ---- state from one version to the next ---- */

typedef struct {
    lua_State *from, *to;
    int values;
    const char *wrong; /* what cannot be handed over */
} carrier;

static bool copy_value(carrier *c, int index, int depth);

/* Copies the table at `index` of `from` onto the top of `to`. */
static bool copy_table(carrier *c, int index, int depth)
{
    if (depth > PG_STATE_DEPTH) {
        c->wrong = "tables in tables deeper than 16, or a cycle";
        return false;
    }
    lua_newtable(c->to);
    for (lua_pushnil(c->from); lua_next(c->from, index) != 0; lua_pop(c->from, 1)) {
        int top = lua_gettop(c->from);
        if (!copy_value(c, top - 1, depth + 1)) {
            lua_pop(c->from, 2);
            lua_pop(c->to, 1);
            return false;
        }
        if (!copy_value(c, top, depth + 1)) {
            lua_pop(c->from, 2);
            lua_pop(c->to, 2);
            return false;
        }
        lua_rawset(c->to, -3);
    }
    return true;
}

/* Pushes a copy of the value at `index` of `from` onto `to`; on false nothing is pushed. */
static bool copy_value(carrier *c, int index, int depth)
{
    if (++c->values > PG_STATE_VALUES) {
        c->wrong = "more than 100,000 values";
        return false;
    }
    switch (lua_type(c->from, index)) {
    case LUA_TNIL: lua_pushnil(c->to); return true;
    case LUA_TBOOLEAN: lua_pushboolean(c->to, lua_toboolean(c->from, index)); return true;
    case LUA_TNUMBER: lua_pushnumber(c->to, lua_tonumber(c->from, index)); return true;
    case LUA_TSTRING: {
        size_t length;
        const char *text = lua_tolstring(c->from, index, &length);
        lua_pushlstring(c->to, text, length);
        return true;
    }
    case LUA_TTABLE: return copy_table(c, index, depth);
    case LUA_TFUNCTION: c->wrong = "a function"; return false;
    default:
        c->wrong = "a kernel object or another value that is neither number, text, boolean nor table";
        return false;
    }
}

/* Protected, in the newer state: (carrier) -> the copy, or nothing. */
static int copy_state(lua_State *lua)
{
    carrier *c = lua_touserdata(lua, 1);
    luaL_checkstack(lua, 4 * PG_STATE_DEPTH + 16, NULL);
    if (!lua_checkstack(c->from, 4 * PG_STATE_DEPTH + 16)) /* not by luaL_checkstack: nobody would catch its error */
        return luaL_error(lua, "no room on the stack of the running version");
    return copy_value(c, lua_gettop(c->from), 0) ? 1 : 0;
}

/* Calls console.reloaded(object, copy, version). */
static pg_status hand_over(pg_session *to, const pg_session *from, pg_error *err)
{
    lua_State *lua = pg_state_lua(to->state);
    pg_status status = push_console(to, "reloaded", err);
    if (status != PG_OK) {
        lua_pop(lua, 1);
        return status;
    }
    lua_pushvalue(lua, -3); /* the copy lies under the function and the object */
    lua_pushstring(lua, from->version);
    status = pg_state_call(to->state, 3, 0, err);
    lua_pop(lua, 1);
    return status;
}

pg_status pg_session_carry(pg_session *to, pg_session *from, pg_error *err)
{
    lua_State *old = pg_state_lua(from->state), *lua = pg_state_lua(to->state);
    pg_status status = push_console(from, "state", err);
    if (status == PG_OK)
        status = pg_state_call(from->state, 1, 1, err);
    if (status != PG_OK)
        return status;
    carrier c = { .from = old, .to = lua };
    lua_pushcfunction(lua, copy_state);
    lua_pushlightuserdata(lua, &c);
    int depth = lua_gettop(old);
    status = pg_state_call(to->state, 1, 1, err);
    lua_settop(old, depth - 1);
    if (status != PG_OK)
        return status;
    if (c.wrong) {
        lua_pop(lua, 1);
        pg_fail(err, PG_ERR_INVALID, "self.state of version %s cannot be handed over: it holds %s", from->version,
                c.wrong);
        pg_error_remedy(err, "keep only numbers, texts, booleans and tables of them in self.state");
        return PG_ERR_INVALID;
    }
    return hand_over(to, from, err);
}

/* ---- the rest ---- */

void pg_session_log_to(pg_session *session, const pg_log *log)
{
    session->config.log = log;
}

void pg_session_collect(pg_session *session)
{
    lua_State *lua = pg_state_lua(session->state);
    size_t peak, used = pg_state_memory(session->state, &peak);
    if (!session->collecting && used < session->collected_bytes + session->collected_bytes / 2)
        return;
    session->collecting = true;
    double until = pg_clock_elapsed() + PG_COLLECT_US * 1e-6;
    do {
        if (lua_gc(lua, LUA_GCSTEP, 0)) {
            session->collecting = false;
            session->collected_bytes = pg_state_memory(session->state, &peak);
        }
    } while (session->collecting && pg_clock_elapsed() < until);
}

const pg_source_text *pg_session_sources(const pg_session *session, int *count)
{
    return pg_state_sources(session->state, count);
}

int pg_session_params_text(const pg_session *session)
{
    return session->params_text;
}
