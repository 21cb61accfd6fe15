#include "script/config.h"

#include <ctype.h>
#include <lauxlib.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "script/config_reader.h"
#include "script/probe.h"
#include "script/state.h"

enum { MEMORY_LIMIT = 32 << 20, CHUNK_NAME = 48, LONG_DIGITS = 24 };

/* A file that only declares needs milliseconds. */
static const int64_t time_limit_ns = 1000000000;

/* What pg_config_read hands out: the configuration, and every text that it points to. */
typedef struct {
    pg_config config;
    char texts[PG_CONFIG_TEXTS];
} holder;

/* One reading of a file. */
typedef struct {
    pg_config_reader reader;
    pg_state *state;
    char chunk[CHUNK_NAME]; /* what Lua calls the file: its name without folders, shortened */
} reading;

/* ---- problems ---- */

/* Control characters would spoil a terminal, and a long run of hexadecimal digits may be a key that was put into the
 * file without quotes and that Lua stumbled over. */
static void clean(char *text)
{
    for (char *c = text; *c; c++) {
        size_t digits = strspn(c, "0123456789abcdefABCDEFxX");
        if (digits >= LONG_DIGITS) {
            memset(c, '*', 3);
            memmove(c + 3, c + digits, strlen(c + digits) + 1);
            c += 2;
        } else if (iscntrl((unsigned char)*c)) {
            *c = '?';
        }
    }
}

pg_error *pg_config_problem(pg_config_problems *problems, const char *path, int line, const char *format, ...)
{
    bool room = problems->count < PG_CONFIG_PROBLEMS;
    pg_error *err = room ? &problems->list[problems->count++] : &problems->unheard;
    problems->more += !room;
    char text[PG_ERROR_WHAT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    clean(text);
    pg_fail(err, PG_ERR_INVALID, "%s", text);
    if (line > 0)
        pg_error_where(err, "%s:%d", path, line);
    else
        pg_error_where(err, "%s", path);
    return err;
}

static int line_of(const pg_error *err)
{
    const char *colon = strrchr(err->where, ':');
    return colon ? atoi(colon + 1) : 0;
}

static int by_line(const void *a, const void *b)
{
    const pg_error *x = a, *y = b;
    int difference = line_of(x) - line_of(y);
    return difference ? difference : strcmp(x->what, y->what);
}

/* ---- running the file ---- */

/* The line of the configuration that is running: closure over the chunk's name. */
static int current_line(lua_State *lua)
{
    lua_Debug frame;
    const char *source = lua_tostring(lua, lua_upvalueindex(1));
    int line = 0;
    for (int level = 1; line == 0 && lua_getstack(lua, level, &frame); level++)
        if (lua_getinfo(lua, "Sl", &frame) && strcmp(frame.source, source) == 0)
            line = frame.currentline;
    lua_pushinteger(lua, line);
    return 1;
}

static void read_singleton(pg_config_reader *reader, const pg_config_table *table, void *entry)
{
    int first;
    memcpy(&first, (char *)entry + table->line_offset, sizeof first);
    if (first)
        pg_error_remedy(pg_config_wrong(reader, "there is a %s already, at line %d", table->word, first),
                        "put all of it into one %s { ... }", table->word);
    else
        pg_config_read_table(reader, table, entry);
}

static void read_venue(pg_config_reader *reader, const char *name)
{
    pg_config *config = reader->config;
    if (config->venue_count == PG_CONFIG_VENUES) {
        pg_config_wrong(reader, "more than %d venues", PG_CONFIG_VENUES);
        return;
    }
    pg_config_venue *venue = &config->venues[config->venue_count++];
    memcpy(venue, pg_config_venue_table.defaults, sizeof *venue);
    pg_config_read_table(reader, &pg_config_venue_table, venue);
    venue->name = pg_config_read_name(reader, "venue", name);
}

static void read_market(pg_config_reader *reader)
{
    pg_config *config = reader->config;
    if (config->market_count == PG_CONFIG_MARKETS) {
        pg_config_wrong(reader, "more than %d markets", PG_CONFIG_MARKETS);
        return;
    }
    pg_config_market *market = &config->markets[config->market_count++];
    memcpy(market, pg_config_market_table.defaults, sizeof *market);
    pg_config_read_table(reader, &pg_config_market_table, market);
}

/* The table of a call is on top of the stack. */
static void read_fields(pg_config_reader *reader, const char *word, const char *name)
{
    pg_config *config = reader->config;
    if (strcmp(word, "venue") == 0)
        read_venue(reader, name);
    else if (strcmp(word, "market") == 0)
        read_market(reader);
    else if (strcmp(word, "risk") == 0)
        read_singleton(reader, &pg_config_risk_table, &config->risk);
    else if (strcmp(word, "record") == 0)
        read_singleton(reader, &pg_config_record_table, &config->record);
    else if (strcmp(word, "web") == 0)
        read_singleton(reader, &pg_config_web_table, &config->web);
    else
        read_singleton(reader, &pg_config_host_table, &config->host);
}

/* The call on top of the stack: { word = , line = , name = , fields = or problem = , remedy = }. */
static void read_call(pg_config_reader *reader)
{
    lua_State *lua = reader->lua;
    int call = lua_gettop(lua);
    lua_getfield(lua, call, "line");
    reader->line = (int)lua_tointeger(lua, -1);
    lua_getfield(lua, call, "word");
    lua_getfield(lua, call, "name");
    lua_getfield(lua, call, "problem");
    if (!lua_isnil(lua, -1)) {
        lua_getfield(lua, call, "remedy");
        pg_error_remedy(pg_config_wrong(reader, "%s", lua_tostring(lua, -2)), "%s", lua_tostring(lua, -1));
    } else {
        lua_getfield(lua, call, "fields");
        read_fields(reader, lua_tostring(lua, call + 2), lua_tostring(lua, call + 3));
    }
    lua_settop(lua, call);
}

/* Protected. Arguments: the reading, calls, secrets, declare.guess. */
static int read_calls(lua_State *lua)
{
    pg_config_reader *reader = lua_touserdata(lua, 1);
    luaL_checkstack(lua, 40, "configuration");
    reader->lua = lua;
    reader->secrets = 3;
    reader->guess = 4;
    for (int i = 1, n = (int)lua_objlen(lua, 2); i <= n; i++) {
        lua_rawgeti(lua, 2, i);
        read_call(reader);
        lua_pop(lua, 1);
    }
    return 0;
}

/* Protected. Arguments: the reading, the module, the probed text. Leaves the module's run, the chunk and line_of. */
static int compile(lua_State *lua)
{
    const reading *r = lua_touserdata(lua, 1);
    size_t length;
    const char *text = lua_tolstring(lua, 3, &length);
    lua_getfield(lua, 2, "run");
    lua_pushfstring(lua, "@%s", r->chunk);
    if (luaL_loadbufferx(lua, text, length, lua_tostring(lua, -1), "t"))
        return lua_error(lua);
    lua_insert(lua, -2);
    lua_pushcclosure(lua, current_line, 1);
    return 3;
}

static pg_status push_text(reading *r, const char *text, size_t length, pg_error *err)
{
    char *probed;
    size_t probed_length;
    pg_status status = pg_probe_insert(&probed, &probed_length, r->chunk, text, length, err);
    if (status != PG_OK)
        return status;
    lua_pushlstring(pg_state_lua(r->state), probed, probed_length);
    free(probed);
    return PG_OK;
}

/* Runs the text and reads what it called. */
static pg_status run(reading *r, const char *text, size_t length, pg_error *err)
{
    lua_State *lua = pg_state_lua(r->state);
    pg_status status = pg_state_require(r->state, "config", err);
    if (status == PG_OK)
        status = push_text(r, text, length, err);
    if (status != PG_OK)
        return status;
    lua_pushcfunction(lua, compile);
    lua_insert(lua, 1);
    lua_pushlightuserdata(lua, r);
    lua_insert(lua, 2);
    status = pg_state_call(r->state, 3, 3, err);
    if (status == PG_OK) {
        pg_budget_start(pg_state_budget(r->state), time_limit_ns);
        status = pg_state_call(r->state, 2, 2, err);
    }
    if (status == PG_OK)
        status = pg_state_require(r->state, "declare", err);
    if (status != PG_OK)
        return status;
    lua_getfield(lua, -1, "guess");
    lua_replace(lua, -2);
    lua_pushcfunction(lua, read_calls);
    lua_insert(lua, 1);
    lua_pushlightuserdata(lua, &r->reader);
    lua_insert(lua, 2);
    return pg_state_call(r->state, 4, 0, err);
}

/* ---- the errors of running it ---- */

/* "config.lua:12: message" becomes the problem `message` at line 12. */
static void note_failure(reading *r, const pg_error *err)
{
    const char *message = err->what;
    size_t name = strlen(r->chunk);
    int line = line_of(err);
    if (strncmp(message, r->chunk, name) == 0 && message[name] == ':' && isdigit((unsigned char)message[name + 1])) {
        char *end;
        line = (int)strtol(message + name + 1, &end, 10);
        message = end + strspn(end, ": ");
    }
    pg_error *problem = pg_config_problem(r->reader.problems, r->reader.config->path, line, "%s", message);
    problem->status = err->status;
    if (err->status == PG_ERR_BUDGET || err->status == PG_ERR_MEMORY)
        pg_error_remedy(problem, "a configuration has %g s and %d MiB; it should only say what is wanted",
                        (double)time_limit_ns * 1e-9, MEMORY_LIMIT >> 20);
    else if (err->remedy[0])
        pg_error_remedy(problem, "%s", err->remedy);
}

static void set_defaults(pg_config *config, const char *path)
{
    snprintf(config->path, sizeof config->path, "%s", path);
    memcpy(&config->risk, pg_config_risk_table.defaults, sizeof config->risk);
    memcpy(&config->record, pg_config_record_table.defaults, sizeof config->record);
    memcpy(&config->web, pg_config_web_table.defaults, sizeof config->web);
    memcpy(&config->host, pg_config_host_table.defaults, sizeof config->host);
}

pg_status pg_config_read_text(pg_config **out, const char *path, const char *text, size_t length,
                              pg_config_problems *problems, pg_error *err)
{
    pg_config_problems own;
    if (!problems)
        problems = &own;
    problems->count = problems->more = 0;
    holder *made = calloc(1, sizeof *made);
    if (!made)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a configuration");
    reading r = { .reader = { .config = &made->config, .problems = problems, .texts = made->texts } };
    snprintf(r.chunk, sizeof r.chunk, "%s", pg_file_name(path));
    set_defaults(&made->config, path);
    pg_config_hash(made->config.version, text, length);
    pg_script_limits limits = { .memory_bytes = MEMORY_LIMIT, .callback_ns = time_limit_ns, .start_ns = time_limit_ns };
    pg_error failure = { 0 };
    pg_status status = pg_state_open(&r.state, &limits, false, &failure);
    if (status == PG_OK)
        status = run(&r, text, length, &failure);
    if (status == PG_OK)
        pg_config_check(&made->config, problems);
    else
        note_failure(&r, &failure);
    pg_state_close(r.state);
    if (problems->count == 0) {
        *out = &made->config;
        return PG_OK;
    }
    free(made);
    qsort(problems->list, (size_t)problems->count, sizeof *problems->list, by_line);
    if (err)
        *err = problems->list[0];
    return problems->list[0].status;
}

pg_status pg_config_read(pg_config **config, const char *path, pg_config_problems *problems, pg_error *err)
{
    char *text;
    size_t length;
    pg_error failure = { 0 };
    pg_status status = pg_file_read(&text, &length, path, PG_CONFIG_BYTES, &failure);
    if (status != PG_OK) {
        pg_error_remedy(&failure, "name a configuration, or run where there is a config.lua");
        if (problems)
            *problems = (pg_config_problems){ .list = { failure }, .count = 1 };
        if (err)
            *err = failure;
        return status;
    }
    status = pg_config_read_text(config, path, text, length, problems, err);
    free(text);
    return status;
}

void pg_config_free(pg_config *config)
{
    free(config); /* the first member of its holder */
}

void pg_config_hash(char version[PG_CONFIG_VERSION], const char *text, size_t length)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)text, length, digest);
    snprintf(version, PG_CONFIG_VERSION, "%02x%02x%02x%01x", digest[0], digest[1], digest[2], digest[3] >> 4);
}

/* ---- looking things up ---- */

int pg_config_find_venue(const pg_config *config, const char *name)
{
    for (int i = 0; i < config->venue_count; i++)
        if (config->venues[i].name && strcmp(config->venues[i].name, name) == 0)
            return i;
    return -1;
}

char *pg_config_market_name(char *text, size_t size, const pg_config_market *market)
{
    snprintf(text, size, "%s %s%s%s", market->venue_name, market->symbol, market->name[0] ? "." : "", market->name);
    return text;
}

int pg_config_find_market(const pg_config *config, const char *venue, const char *symbol, const char *name)
{
    for (int i = 0; i < config->market_count; i++) {
        const pg_config_market *m = &config->markets[i];
        if (strcmp(m->venue_name, venue) == 0 && strcmp(m->symbol, symbol) == 0 && strcmp(m->name, name) == 0)
            return i;
    }
    return -1;
}

bool pg_config_is_live(const pg_config *config, const pg_config_market *market)
{
    const pg_config_venue *venue = &config->venues[market->venue];
    return config->host.trading_enabled && market->enabled && !venue->paper && venue->network != PG_NETWORK_LOCAL;
}

pg_risk_limits pg_config_market_limits(const pg_config *config, const pg_config_market *market)
{
    pg_risk_limits limits = config->risk.limits;
    if (market->max_position > 0)
        limits.max_position = market->max_position;
    if (market->max_order_size > 0)
        limits.max_order_size = market->max_order_size;
    if (market->leverage > 0)
        limits.leverage = market->leverage;
    return limits;
}

char *pg_config_market_text(const pg_config_market *market, char *text, int size)
{
    snprintf(text, (size_t)size, *market->name ? "%s of %s (%s)" : "%s of %s", market->symbol, market->venue_name,
             market->name);
    return text;
}
