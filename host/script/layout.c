#include "script/layout.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "base/decimal.h"
#include "base/file.h"

enum { TEXT_LIMIT = 1 << 20, LAYOUTS_MAX = 256, INSTRUCTIONS = 1000000 };

/* Where the reader is: for messages. */
typedef struct {
    lua_State *L;
    pg_layout *layout;
    pg_error *err;
} loader;

static pg_status wrong(loader *l, const char *key, const char *expected)
{
    return pg_fail(l->err, PG_ERR_INVALID, "key '%s' must be %s, not %s", key, expected, luaL_typename(l->L, -1));
}

/* Copies the value on top, a text (or number), into text[size] and pops it; nil leaves text alone. */
static pg_status take_text(loader *l, const char *key, char *text, size_t size)
{
    pg_status status = PG_OK;
    if (lua_isstring(l->L, -1)) {
        size_t length;
        const char *value = lua_tolstring(l->L, -1, &length);
        if (length >= size || strlen(value) != length)
            status = pg_fail(l->err, PG_ERR_INVALID, "key '%s' is longer than %zu characters", key, size - 1);
        else
            memcpy(text, value, length + 1);
    } else if (!lua_isnil(l->L, -1)) {
        status = wrong(l, key, "a text");
    }
    lua_pop(l->L, 1);
    return status;
}

/* The same for a text or a list of texts. */
static pg_status take_texts(loader *l, const char *key, char *texts, size_t size)
{
    if (!lua_istable(l->L, -1))
        return take_text(l, key, texts, size);
    pg_status status = PG_OK;
    if (lua_objlen(l->L, -1) > PG_LAYOUT_TEXTS)
        status = pg_fail(l->err, PG_ERR_INVALID, "key '%s' has more than %d entries", key, PG_LAYOUT_TEXTS);
    for (int i = 1; i <= (int)lua_objlen(l->L, -1) && status == PG_OK; i++) {
        lua_rawgeti(l->L, -1, i);
        status = take_text(l, key, texts + (size_t)(i - 1) * size, size);
    }
    lua_pop(l->L, 1);
    return status;
}

/* A number of seconds as nanoseconds. */
static pg_status take_seconds(loader *l, const char *key, int64_t *time_ns)
{
    pg_status status = PG_OK;
    if (lua_type(l->L, -1) != LUA_TNUMBER)
        status = wrong(l, key, "a number of seconds");
    else if (!(lua_tonumber(l->L, -1) >= 0 && lua_tonumber(l->L, -1) < 4e9))
        status = pg_fail(l->err, PG_ERR_INVALID, "key '%s' must lie in 0 to 4e9 seconds", key);
    else
        *time_ns = (int64_t)(lua_tonumber(l->L, -1) * 1e9);
    lua_pop(l->L, 1);
    return status;
}

static pg_status take_whole(loader *l, const char *key, int64_t low, int64_t high, int64_t *value)
{
    pg_status status = PG_OK;
    lua_Number number = lua_tonumber(l->L, -1);
    if (lua_type(l->L, -1) != LUA_TNUMBER)
        status = wrong(l, key, "a whole number");
    else if (!(number >= (double)low && number <= (double)high) || number != (lua_Number)(int64_t)number)
        status = pg_fail(l->err, PG_ERR_INVALID, "key '%s' must be a whole number in %lld to %lld", key, (long long)low,
                         (long long)high);
    else
        *value = (int64_t)number;
    lua_pop(l->L, 1);
    return status;
}

static pg_status take_flag(loader *l, const char *key, bool *flag)
{
    pg_status status = lua_isboolean(l->L, -1) ? PG_OK : wrong(l, key, "true or false");
    *flag = lua_toboolean(l->L, -1);
    lua_pop(l->L, 1);
    return status;
}

/* A positive decimal number, given as text so that it is exact ("0.1"), or as a Lua number. */
static pg_status take_decimal(loader *l, const char *key, char text[PG_LAYOUT_NUMBER])
{
    pg_status status = take_text(l, key, text, PG_LAYOUT_NUMBER);
    int64_t value;
    if (status == PG_OK && (pg_decimal_parse(&value, text, strlen(text), PG_MAX_DECIMALS) != PG_OK || value <= 0))
        status = pg_fail(l->err, PG_ERR_INVALID, "key '%s' must be a positive number, not '%s'", key, text);
    return status;
}

typedef pg_status (*take_entry)(loader *l, const char *key, void *context);

/* Calls take for each entry of the table on top (with the value on top, which it pops), and pops the table. */
static pg_status each_entry(loader *l, const char *key, take_entry take, void *context)
{
    if (!lua_istable(l->L, -1)) {
        pg_status status = wrong(l, key, "a table");
        lua_pop(l->L, 1);
        return status;
    }
    pg_status status = PG_OK;
    lua_pushnil(l->L);
    while (status == PG_OK && lua_next(l->L, -2)) {
        if (lua_type(l->L, -2) == LUA_TSTRING) {
            status = take(l, lua_tostring(l->L, -2), context);
        } else {
            status = pg_fail(l->err, PG_ERR_INVALID, "'%s' has an entry without a name", key);
            lua_pop(l->L, 1);
        }
    }
    lua_pop(l->L, status == PG_OK ? 1 : 2);
    return status;
}

static pg_status unknown(loader *l, const char *table, const char *key)
{
    lua_pop(l->L, 1);
    return pg_fail(l->err, PG_ERR_INVALID, "unknown key '%s%s%s'", table, table[0] ? "." : "", key);
}

static pg_status take_column(loader *l, const char *key, void *context)
{
    pg_layout_record *record = context;
    int field = pg_field_find(key);
    return field < 0 ? unknown(l, "columns", key) : take_text(l, key, record->columns[field], PG_LAYOUT_NAME);
}

static pg_status take_side(loader *l, const char *key, void *context)
{
    pg_layout_record *record = context;
    int side = strcmp(key, "buy") == 0 ? 0 : strcmp(key, "sell") == 0 ? 1 : -1;
    return side < 0 ? unknown(l, "sides", key) : take_texts(l, key, record->sides[side][0], PG_LAYOUT_VALUE);
}

static pg_status take_match(loader *l, const char *key, void *context)
{
    pg_layout_record *record = context;
    if (strcmp(key, "path") == 0)
        return take_text(l, key, record->match_path, sizeof record->match_path);
    if (strcmp(key, "value") == 0)
        return take_text(l, key, record->match_value, sizeof record->match_value);
    return unknown(l, "match", key);
}

static pg_status take_record_key(loader *l, const char *key, pg_layout_record *record, bool *known)
{
    *known = true;
    if (strcmp(key, "record") == 0) {
        char kind[PG_LAYOUT_VALUE] = "";
        pg_status status = take_text(l, key, kind, sizeof kind);
        int found = pg_record_kind_find(kind);
        if (status == PG_OK && found < 0)
            return pg_fail(l->err, PG_ERR_INVALID, "record '%s' is none of trade, bbo, bbo_side, book, level, update",
                           kind);
        record->kind = (pg_record_kind)found;
        return status;
    }
    if (strcmp(key, "columns") == 0)
        return each_entry(l, key, take_column, record);
    if (strcmp(key, "sides") == 0)
        return each_entry(l, key, take_side, record);
    if (strcmp(key, "match") == 0)
        return each_entry(l, key, take_match, record);
    if (strcmp(key, "liquidations") == 0)
        return take_texts(l, key, record->liquidations[0], PG_LAYOUT_VALUE);
    *known = false;
    return PG_OK;
}

static pg_status take_record(loader *l, const char *key, void *context)
{
    bool known;
    pg_status status = take_record_key(l, key, context, &known);
    return known ? status : unknown(l, "records", key);
}

/* records = { { record = "trade", ... }, { record = "bbo", ... } } */
static pg_status take_records(loader *l, const char *key)
{
    pg_status status = PG_OK;
    int n = lua_istable(l->L, -1) ? (int)lua_objlen(l->L, -1) : 0;
    if (n < 1 || n > PG_LAYOUT_RECORDS)
        status = pg_fail(l->err, PG_ERR_INVALID, "key '%s' must be a list of 1 to %d records", key, PG_LAYOUT_RECORDS);
    for (int i = 1; i <= n && status == PG_OK; i++) {
        lua_rawgeti(l->L, -1, i);
        status = each_entry(l, "records", take_record, &l->layout->records[i - 1]);
        l->layout->n_records = i;
    }
    lua_pop(l->L, 1);
    return status;
}

static pg_status take_unit(loader *l, const char *key, void *context)
{
    static const char *const names[] = { "auto", "s", "ms", "us", "ns", "iso" };
    (void)context;
    char name[PG_LAYOUT_VALUE] = "";
    bool local = strcmp(key, "local_time") == 0;
    if (!local && strcmp(key, "exchange_time") != 0)
        return unknown(l, "units", key);
    pg_status status = take_text(l, key, name, sizeof name);
    for (int unit = 0; unit < 6 && status == PG_OK; unit++) {
        if (strcmp(names[unit], name) == 0) {
            *(local ? &l->layout->local_unit : &l->layout->exchange_unit) = (pg_time_unit)unit;
            return PG_OK;
        }
    }
    return status != PG_OK
               ? status
               : pg_fail(l->err, PG_ERR_INVALID, "units.%s '%s' is none of auto, s, ms, us, ns, iso", key, name);
}

static pg_status take_tolerate(loader *l, const char *key)
{
    char names[PG_DEFECT_KINDS][PG_LAYOUT_VALUE] = { "" };
    int n = lua_istable(l->L, -1) ? (int)lua_objlen(l->L, -1) : -1;
    pg_status status = n < 0 || n > PG_DEFECT_KINDS ? wrong(l, key, "a list of defects") : PG_OK;
    for (int i = 0; i < n && status == PG_OK; i++) {
        lua_rawgeti(l->L, -1, i + 1);
        status = take_text(l, key, names[i], sizeof names[i]);
        pg_defect defect = pg_defect_find(names[i]);
        if (status == PG_OK && (defect == PG_DEFECT_NONE || !pg_defect_is_row(defect)))
            status = pg_fail(l->err, PG_ERR_INVALID,
                             "tolerate '%s' is none of short_row, long_row, empty, number, negative, zero, time, side, "
                             "row, torn_end",
                             names[i]);
        if (status == PG_OK)
            l->layout->tolerate |= 1u << defect;
    }
    lua_pop(l->L, 1);
    return status;
}

static pg_status take_instrument(loader *l, const char *key, void *context)
{
    pg_layout *layout = context;
    int64_t value = 0;
    pg_status status;
    if (strcmp(key, "tick") == 0)
        return take_decimal(l, key, layout->tick);
    if (strcmp(key, "lot") == 0)
        return take_decimal(l, key, layout->lot);
    if (strcmp(key, "min_size") == 0)
        return take_decimal(l, key, layout->min_size);
    if (strcmp(key, "min_notional") == 0)
        return take_whole(l, key, 0, 1000000000000, &layout->min_notional);
    if (strcmp(key, "significant") == 0) {
        status = take_whole(l, key, 0, 18, &value);
        layout->significant = (int)value;
        return status;
    }
    bool price = strcmp(key, "price_decimals") == 0;
    if (!price && strcmp(key, "size_decimals") != 0)
        return unknown(l, "instrument", key);
    status = take_whole(l, key, 0, PG_MAX_DECIMALS, &value);
    *(price ? &layout->price_decimals : &layout->size_decimals) = (int)value;
    return status;
}

static pg_status take_format(loader *l, const char *key)
{
    char name[PG_LAYOUT_VALUE] = "";
    pg_status status = take_text(l, key, name, sizeof name);
    if (status != PG_OK)
        return status;
    if (strcmp(name, "csv") != 0 && strcmp(name, "parquet") != 0 && strcmp(name, "json") != 0)
        return pg_fail(l->err, PG_ERR_INVALID, "format '%s' is none of csv, parquet, json", name);
    l->layout->format = name[0] == 'j' ? PG_FORMAT_JSON : PG_FORMAT_TABLE;
    return PG_OK;
}

static pg_status take_delimiter(loader *l, const char *key)
{
    char text[2] = "";
    pg_status status = take_text(l, key, text, sizeof text);
    if (status == PG_OK && (text[0] == '\0' || text[0] == '"' || text[0] == '\n'))
        status = pg_fail(l->err, PG_ERR_INVALID, "key 'delimiter' must be one character");
    l->layout->delimiter = text[0];
    return status;
}

static pg_status take_key(loader *l, const char *key, void *context)
{
    pg_layout *layout = context;
    bool known;
    pg_status status = take_record_key(l, key, &layout->records[0], &known);
    if (known) {
        layout->n_records = layout->n_records > 1 ? layout->n_records : 1;
        return status;
    }
    int64_t level = 0;
    if (strcmp(key, "records") == 0)
        return take_records(l, key);
    if (strcmp(key, "venue") == 0)
        return take_text(l, key, layout->venue, sizeof layout->venue);
    if (strcmp(key, "symbol") == 0)
        return take_text(l, key, layout->symbol, sizeof layout->symbol);
    if (strcmp(key, "format") == 0)
        return take_format(l, key);
    if (strcmp(key, "delimiter") == 0)
        return take_delimiter(l, key);
    if (strcmp(key, "units") == 0)
        return each_entry(l, key, take_unit, layout);
    if (strcmp(key, "files") == 0)
        return take_texts(l, key, layout->files[0], PG_LAYOUT_NAME);
    if (strcmp(key, "header") == 0)
        return take_texts(l, key, layout->header[0], PG_LAYOUT_NAME);
    if (strcmp(key, "max_gap_s") == 0)
        return take_seconds(l, key, &layout->max_gap_ns);
    if (strcmp(key, "max_back_s") == 0)
        return take_seconds(l, key, &layout->max_back_ns);
    if (strcmp(key, "sessions") == 0)
        return take_flag(l, key, &layout->sessions);
    if (strcmp(key, "skip_repeats") == 0)
        return take_flag(l, key, &layout->skip_repeats);
    if (strcmp(key, "infer_side") == 0)
        return take_flag(l, key, &layout->infer_side);
    if (strcmp(key, "tolerate") == 0)
        return take_tolerate(l, key);
    if (strcmp(key, "default_size") == 0)
        return take_decimal(l, key, layout->default_size);
    if (strcmp(key, "instrument") == 0)
        return each_entry(l, key, take_instrument, layout);
    if (strcmp(key, "first_level") == 0) {
        status = take_whole(l, key, 0, 1, &level);
        layout->first_level = (int)level;
        return status;
    }
    return unknown(l, "", key);
}

static void stop_script(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    luaL_error(L, "the layout runs for too long: it should only return a table");
}

/* Layouts are data: no library, no compiled loops (the hook of a pure interpreter stops endless ones). */
static pg_status run_layout(lua_State *L, const char *text, size_t size, const char *path, pg_error *err)
{
    char chunk[PG_PATH_SIZE + 1];
    snprintf(chunk, sizeof chunk, "@%s", pg_file_name(path));
    lua_sethook(L, stop_script, LUA_MASKCOUNT, INSTRUCTIONS);
    if (size > 0 && text[0] == LUA_SIGNATURE[0])
        return pg_fail(err, PG_ERR_SCRIPT, "this is compiled Lua: a layout must be text");
    if (luaL_loadbuffer(L, text, size, chunk) != 0 || lua_pcall(L, 0, 1, 0) != 0) {
        const char *message = lua_tostring(L, -1);
        return pg_fail(err, PG_ERR_SCRIPT, "the layout does not run: %s", message ? message : "unknown error");
    }
    return PG_OK;
}

static uint64_t hash_text(const char *text, size_t size)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return hash;
}

static pg_status read_layout(pg_layout *layout, lua_State *L, const char *path, pg_error *err)
{
    char *text;
    size_t size;
    pg_status status = pg_file_read(&text, &size, path, TEXT_LIMIT, err);
    if (status != PG_OK)
        return status;
    char name[PG_LAYOUT_NAME];
    snprintf(name, sizeof name, "%s", pg_file_name(path));
    if (pg_text_ends_with(name, ".lua"))
        name[strlen(name) - 4] = '\0';
    pg_layout_init(layout, name);
    layout->hash = hash_text(text, size);
    loader l = { L, layout, err };
    status = run_layout(L, text, size, path, err);
    free(text);
    if (status == PG_OK)
        status = each_entry(&l, "return", take_key, layout);
    if (status == PG_OK)
        status = pg_layout_check(layout, err);
    if (status != PG_OK) {
        pg_error_where(err, "%s", path);
        pg_error_remedy(err, "lua/perigee/layouts/README.md describes what a layout may hold");
    }
    return status;
}

pg_status pg_layout_load(pg_layout *layout, const char *path, pg_error *err)
{
    lua_State *L = luaL_newstate();
    if (!L)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    pg_status status = read_layout(layout, L, path, err);
    lua_close(L);
    return status;
}

static int is_layout(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && pg_text_ends_with(entry->d_name, ".lua");
}

pg_status pg_layout_load_all(pg_layout **layouts, int *n, const char *folder, pg_error *err)
{
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, is_layout, alphasort);
    *layouts = NULL;
    *n = 0;
    pg_status status = PG_OK;
    if (found <= 0 || found > LAYOUTS_MAX) {
        status = pg_fail(err, PG_ERR_NOT_FOUND, "the folder holds no layouts, or more than %d", LAYOUTS_MAX);
        pg_error_where(err, "%s", folder);
        pg_error_remedy(err, "set PERIGEE_HOME to the folder that holds lua/perigee/layouts");
    } else if (!(*layouts = calloc((size_t)found, sizeof **layouts))) {
        status = pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    for (int i = 0; i < found; i++) {
        char path[PG_PATH_SIZE];
        if (status == PG_OK)
            status = pg_file_join(path, folder, entries[i]->d_name, err);
        if (status == PG_OK)
            status = pg_layout_load(&(*layouts)[(*n)++], path, err);
        free(entries[i]);
    }
    free(entries);
    if (status != PG_OK) {
        free(*layouts);
        *layouts = NULL;
        *n = 0;
    }
    return status;
}
