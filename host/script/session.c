#include "script/session_internal.h"

#include <lauxlib.h>
#include <lua.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/home.h"
#include "script/params_file.h"

enum { LOG_LINES = 1000 };

/* ---- C functions for the driver ---- */

static int say(lua_State *lua)
{
    pg_session *session = lua_touserdata(lua, lua_upvalueindex(1));
    const char *text = luaL_checkstring(lua, 1);
    if (!session->config.log || session->lines_logged > LOG_LINES)
        return 0;
    pg_log log = *session->config.log;
    if (session->engine)
        log.clock = pg_engine_clock(session->engine);
    bool last = session->lines_logged++ == LOG_LINES;
    pg_log_write(&log, last ? PG_LOG_WARN : PG_LOG_INFO, session->name,
                 last ? "the script has logged too many lines; the rest is left out" : text, NULL, 0);
    return 0;
}

static int file_exists(lua_State *lua)
{
    pg_file_info info;
    lua_pushboolean(lua, pg_file_stat(luaL_checkstring(lua, 1), &info, NULL) == PG_OK);
    return 1;
}

/* read_params(path) -> table, or nil and why it cannot be used. The text is kept among the scripts' own: it is part of
 * the version, the live host watches it as it watches them, and a replay reads what was read. A file that cannot be read
 * counts as an empty one: it may come. */
static int read_params(lua_State *lua)
{
    pg_session *session = lua_touserdata(lua, lua_upvalueindex(1));
    const char *path = luaL_checkstring(lua, 1);
    pg_error err = { 0 };
    char *text = NULL, words[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    size_t size = 0;
    if (pg_file_read(&text, &size, path, PG_PARAMS_FILE_LIMIT, NULL) != PG_OK)
        size = 0;
    session->params_text = pg_state_keep_text(session->state, path, text ? text : "", size);
    pg_status status = pg_params_push(lua, text, size, &err);
    free(text);
    if (status == PG_OK)
        return 1;
    lua_pushnil(lua);
    lua_pushstring(lua, pg_error_text(&err, words, sizeof words));
    return 2;
}

static void push_settings(lua_State *lua, const pg_setting *settings, int count)
{
    lua_createtable(lua, 0, count);
    for (int i = 0; i < count; i++) {
        lua_pushstring(lua, settings[i].value);
        lua_setfield(lua, -2, settings[i].name);
    }
}

static void set_number(lua_State *lua, const char *key, double value)
{
    lua_pushnumber(lua, value);
    lua_setfield(lua, -2, key);
}

static void set_text(lua_State *lua, const char *key, const char *value)
{
    lua_pushstring(lua, value);
    lua_setfield(lua, -2, key);
}

/* Protected: argument 1 is the session. Leaves the settings table for the driver. */
static int make_settings(lua_State *lua)
{
    pg_session *session = lua_touserdata(lua, 1);
    const pg_session_config *config = &session->config;
    lua_getglobal(lua, "perigee_host");
    lua_pushcfunction(lua, file_exists);
    lua_setfield(lua, -2, "exists");
    lua_pushlightuserdata(lua, session);
    lua_pushcclosure(lua, read_params, 1);
    lua_setfield(lua, -2, "read_params");
    lua_newtable(lua);
    set_text(lua, "path", config->path);
    set_text(lua, "symbol", config->symbol);
    set_text(lua, "venue", config->venue);
    set_number(lua, "seed", (double)(config->seed & 0xffffffffu));
    set_number(lua, "maker_fee", config->maker_fee);
    set_number(lua, "taker_fee", config->taker_fee);
    set_number(lua, "callback_ns", (double)config->limits.callback_ns);
    lua_pushboolean(lua, config->trusted);
    lua_setfield(lua, -2, "trusted");
    push_settings(lua, config->params, config->param_count);
    lua_setfield(lua, -2, "params");
    push_settings(lua, config->estimators, config->estimator_count);
    lua_setfield(lua, -2, "estimators");
    lua_pushlightuserdata(lua, session);
    lua_pushcclosure(lua, say, 1);
    lua_setfield(lua, -2, "say");
    return 1;
}

/* ---- messages ---- */

/* A message whose place is one of Perigee's own Lua files (a script made a tail call into them, or declared something
 * wrong) is given the script's name instead. */
static void own_place(const pg_session *session, pg_error *err)
{
    char folder[PG_PATH_SIZE], text[PG_ERROR_WHAT];
    if (!err || err->status != PG_ERR_SCRIPT)
        return;
    const char *message = err->what;
    size_t length = (size_t)snprintf(folder, sizeof folder, "%s/lua/perigee/", pg_home());
    bool ours = strncmp(message, folder, length) == 0;
    const char *end = ours ? strstr(message, ": ") : NULL;
    if (end)
        message = end + 2;
    else if (strstr(message, ".lua"))
        return;
    snprintf(text, sizeof text, "%s: %s", session->config.path, message);
    memcpy(err->what, text, sizeof text);
}

/* ---- loading ---- */

static void copy_field(lua_State *lua, int index, char *out, size_t size)
{
    lua_rawgeti(lua, -1, index);
    const char *text = lua_tostring(lua, -1);
    snprintf(out, size, "%s", text ? text : "");
    lua_pop(lua, 1);
}

static void read_parameters(pg_session *session, lua_State *lua, int rows)
{
    int n = (int)lua_objlen(lua, rows);
    for (int i = 1; i <= n && session->parameter_count < SESSION_PARAMETERS; i++) {
        pg_parameter_row *row = &session->parameters[session->parameter_count++];
        lua_rawgeti(lua, rows, i);
        copy_field(lua, 1, row->owner, sizeof row->owner);
        copy_field(lua, 2, row->name, sizeof row->name);
        copy_field(lua, 3, row->value, sizeof row->value);
        copy_field(lua, 4, row->unit, sizeof row->unit);
        copy_field(lua, 5, row->doc, sizeof row->doc);
        lua_pop(lua, 1);
    }
}

/* The version: a hash over the texts of all files, as they were loaded. */
static void hash_files(pg_session *session)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL))
        return;
    int n;
    const pg_source_text *source = pg_state_sources(session->state, &n);
    for (int i = 0; i < n; i++)
        EVP_DigestUpdate(context, source[i].text, source[i].length);
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    snprintf(session->version, sizeof session->version, "%02x%02x%02x%01x", digest[0], digest[1], digest[2],
             digest[3] >> 4);
}

/* Calls driver.NAME(session object) for `results` values. */
static pg_status call_driver(pg_session *session, const char *name, int results, pg_error *err)
{
    session_push(session, session->driver, name);
    return pg_state_call(session->state, 1, results, err);
}

static pg_status load(pg_session *session, pg_error *err)
{
    lua_State *lua = pg_state_lua(session->state);
    lua_pushcfunction(lua, make_settings);
    lua_pushlightuserdata(lua, session);
    pg_status status = pg_state_call(session->state, 1, 1, err);
    if (status == PG_OK)
        status = pg_state_require(session->state, "driver", err);
    if (status != PG_OK)
        return status;
    lua_pushvalue(lua, -1);
    session->driver = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_getfield(lua, -1, "load");
    lua_pushvalue(lua, -3);
    status = pg_state_call(session->state, 1, 1, err);
    if (status != PG_OK)
        return status;
    session->object = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_settop(lua, 0);
    status = call_driver(session, "wants_trades", 1, err);
    if (status != PG_OK)
        return status;
    session->wants_trades = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    status = call_driver(session, "describe", 3, err);
    if (status != PG_OK)
        return status;
    snprintf(session->name, sizeof session->name, "%s", lua_tostring(lua, -1));
    snprintf(session->slots, sizeof session->slots, "%s", lua_tostring(lua, -2));
    read_parameters(session, lua, 1);
    hash_files(session);
    lua_settop(lua, 0);
    return PG_OK;
}

pg_status pg_session_open(pg_session **opened, const pg_session_config *config, pg_error *err)
{
    pg_session *session = calloc(1, sizeof *session);
    if (!session)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a script session");
    session->config = *config;
    session->params_text = -1;
    snprintf(session->name, sizeof session->name, "%s", pg_file_name(config->path));
    pg_status status = pg_state_open(&session->state, &config->limits, false, err);
    if (status == PG_OK)
        status = load(session, err);
    if (status != PG_OK) {
        own_place(session, err);
        pg_session_close(session);
        return status;
    }
    *opened = session;
    return PG_OK;
}

void pg_session_close(pg_session *session)
{
    if (!session)
        return;
    pg_state_close(session->state);
    free(session);
}

/* ---- running ---- */

static const char *callback_name(int call)
{
    static const char *const names[] = { "loading",  "on_start", "on_book", "on_trade", "on_fill",
                                         "on_order", "on_timer", "on_stop", "the end",  "on_funding" };
    return call >= 0 && call <= PG_CALL_FUNDING ? names[call] : "?";
}

static void format_time(char *text, size_t size, double seconds)
{
    time_t whole = (time_t)seconds;
    struct tm utc;
    gmtime_r(&whole, &utc);
    char clock[32];
    strftime(clock, sizeof clock, "%Y-%m-%d %H:%M:%S", &utc);
    snprintf(text, size, "%s.%03d UTC", clock, (int)((seconds - (double)whole) * 1000));
}

static void explain(pg_session *session, const pg_engine *engine)
{
    const pg_view *view = pg_engine_view(engine);
    char when[64];
    format_time(when, sizeof when, view->now_s);
    int used = snprintf(session->details, sizeof session->details, "  in %s, market %s of %s, event %zu at %s\n",
                        callback_name(view->call), session->config.symbol, session->config.venue,
                        pg_engine_get_stats(engine)->events, when);
    used += snprintf(session->details + used, sizeof session->details - (size_t)used, "  declared parameters:");
    for (int i = 0; i < session->parameter_count && used < SESSION_DETAILS - 256; i++)
        used += snprintf(session->details + used, sizeof session->details - (size_t)used, "%s %s", i ? "," : "",
                         session->parameters[i].name);
    snprintf(session->details + used, sizeof session->details - (size_t)used, "\n%s%s",
             pg_state_traceback(session->state), pg_state_traceback(session->state)[0] ? "\n" : "");
}

void session_push(pg_session *session, int module, const char *name)
{
    lua_State *lua = pg_state_lua(session->state);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, module);
    lua_getfield(lua, -1, name);
    lua_remove(lua, -2);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, session->object);
}

pg_status session_failed(pg_session *session, pg_status status, pg_error *err)
{
    own_place(session, err);
    explain(session, session->engine);
    session->engine = NULL;
    return status;
}

pg_status pg_session_bind(pg_session *session, pg_engine *engine, pg_error *err)
{
    lua_State *lua = pg_state_lua(session->state);
    session->details[0] = '\0';
    session->engine = engine;
    pg_budget_start(pg_state_budget(session->state), session->config.limits.start_ns);
    session_push(session, session->driver, "bind");
    lua_pushlightuserdata(lua, engine);
    pg_status status = pg_state_call(session->state, 2, 1, err);
    if (status != PG_OK)
        return session_failed(session, status, err);
    session->pump = luaL_ref(lua, LUA_REGISTRYINDEX);
    return PG_OK;
}

pg_status pg_session_pump(pg_session *session, bool *more, pg_error *err)
{
    lua_State *lua = pg_state_lua(session->state);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, session->pump);
    pg_status status = pg_state_call(session->state, 0, 1, err);
    if (status != PG_OK)
        return session_failed(session, status, err);
    *more = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return PG_OK;
}

pg_status pg_session_run(pg_session *session, pg_engine *engine, pg_error *err)
{
    pg_status status = pg_session_bind(session, engine, err);
    bool more;
    if (status == PG_OK)
        status = pg_session_pump(session, &more, err);
    if (status != PG_OK)
        pg_engine_halt(engine);
    session->engine = NULL;
    return status;
}

const char *pg_session_details(const pg_session *session)
{
    return session->details;
}

bool pg_session_wants_trades(const pg_session *session)
{
    return session->wants_trades;
}

const char *pg_session_name(const pg_session *session)
{
    return session->name;
}

const pg_parameter_row *pg_session_parameters(const pg_session *session, int *count)
{
    *count = session->parameter_count;
    return session->parameters;
}

const char *pg_session_version(const pg_session *session)
{
    return session->version;
}

const char *pg_session_slots(const pg_session *session)
{
    return session->slots;
}

size_t pg_session_peak_memory(const pg_session *session)
{
    size_t peak;
    pg_state_memory(session->state, &peak);
    return peak;
}

uint64_t pg_session_allocations(const pg_session *session)
{
    return pg_state_allocations(session->state);
}
