#include <ctype.h>
#include <lauxlib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/home.h"
#include "crypto/address.h"
#include "script/config_reader.h"

enum { TEXT_LIMIT = PG_PATH_SIZE - 64, VARIABLE_LIMIT = 64, KEY_DIGITS = 40, NAME_LIST = 512, PARAM_NAME = 96 };

pg_error *pg_config_wrong(pg_config_reader *reader, const char *format, ...)
{
    char text[PG_ERROR_WHAT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return pg_config_problem(reader->problems, reader->config->path, reader->line, "%s", text);
}

const char *pg_config_keep(pg_config_reader *reader, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > PG_CONFIG_TEXTS - reader->used) {
        pg_config_wrong(reader, "the texts of this file are longer than %d KiB together", PG_CONFIG_TEXTS >> 10);
        return "";
    }
    char *copy = reader->texts + reader->used;
    memcpy(copy, text, size);
    reader->used += size;
    return copy;
}

/* ---- names ---- */

static bool is_word(const char *text)
{
    if (!*text || strlen(text) >= PG_CONFIG_NAME)
        return false;
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_-.", *c))
            return false;
    return true;
}

const char *pg_config_read_name(pg_config_reader *reader, const char *what, const char *name)
{
    if (is_word(name))
        return pg_config_keep(reader, name);
    pg_config_wrong(reader, "the name of a %s must be a word of at most %d letters, digits, '_', '-' and '.'", what,
                    PG_CONFIG_NAME - 1);
    return NULL;
}

/* " (did you mean 'x'?)" or "", on the stack: the caller pops it. Names are given as a Lua table on top, which goes. */
static const char *guess(pg_config_reader *reader, const char *name)
{
    lua_State *lua = reader->lua;
    lua_pushvalue(lua, reader->guess);
    lua_insert(lua, -2);
    lua_pushlstring(lua, name, strnlen(name, PG_CONFIG_NAME));
    lua_insert(lua, -2);
    lua_call(lua, 2, 1);
    return lua_tostring(lua, -1);
}

static void push_names(lua_State *lua, const char *const *names)
{
    lua_newtable(lua);
    for (int i = 0; names[i]; i++) {
        lua_pushstring(lua, names[i]);
        lua_rawseti(lua, -2, i + 1);
    }
}

/* A value as messages show it: numbers and short texts; a table or a long text is not repeated. */
static const char *shown(lua_State *lua, char *text, size_t size)
{
    int type = lua_type(lua, -1);
    if (type == LUA_TNUMBER)
        snprintf(text, size, "%.10g", lua_tonumber(lua, -1));
    else if (type == LUA_TBOOLEAN)
        snprintf(text, size, "%s", lua_toboolean(lua, -1) ? "true" : "false");
    else if (type == LUA_TSTRING && lua_objlen(lua, -1) < PG_CONFIG_NAME)
        snprintf(text, size, "'%s'", lua_tostring(lua, -1));
    else
        snprintf(text, size, "a %s", lua_typename(lua, type));
    return text;
}

static void wrong_type(pg_config_reader *reader, const char *name, const char *wanted)
{
    char text[80];
    pg_config_wrong(reader, "%s must be %s, not %s", name, wanted, shown(reader->lua, text, sizeof text));
}

/* ---- values: each reads what is on top of the stack and leaves it there ---- */

/* A text without control characters; NULL after a problem. */
/* A whole number on top of the stack becomes its digits. Lua's own conversion keeps 14 of them. */
static void write_digits(lua_State *lua)
{
    char digits[32];
    double number = lua_type(lua, -1) == LUA_TNUMBER ? lua_tonumber(lua, -1) : -1;
    if (number < 0 || number > 9007199254740992.0 || number != floor(number))
        return;
    snprintf(digits, sizeof digits, "%.0f", number);
    lua_pop(lua, 1);
    lua_pushstring(lua, digits);
}

static const char *read_text(pg_config_reader *reader, const char *name)
{
    if (lua_type(reader->lua, -1) != LUA_TSTRING) {
        wrong_type(reader, name, "a text");
        return NULL;
    }
    size_t length;
    const char *text = lua_tolstring(reader->lua, -1, &length);
    if (length == 0 || length > TEXT_LIMIT) {
        pg_config_wrong(reader, length ? "%s is a text of more than %d characters" : "%s is an empty text", name,
                        TEXT_LIMIT);
        return NULL;
    }
    for (size_t i = 0; i < length; i++)
        if (iscntrl((unsigned char)text[i])) {
            pg_config_wrong(reader, "%s has a control character", name);
            return NULL;
        }
    return text;
}

static bool read_number(pg_config_reader *reader, const pg_config_field *field, bool whole, double *value)
{
    if (lua_type(reader->lua, -1) != LUA_TNUMBER) {
        wrong_type(reader, field->name, whole ? "a whole number" : "a number");
        return false;
    }
    double number = lua_tonumber(reader->lua, -1);
    const char *unit = field->unit ? field->unit : "", *space = field->unit ? " " : "";
    if (!isfinite(number))
        pg_config_wrong(reader, "%s is not a finite number", field->name);
    else if (whole && number != floor(number))
        pg_config_wrong(reader, "%s is %.10g; it must be a whole number", field->name, number);
    else if (number < field->min || number > field->max)
        pg_config_wrong(reader, "%s is %.10g; it must be from %.10g to %.10g%s%s", field->name, number, field->min,
                        field->max, space, unit);
    else {
        *value = number;
        return true;
    }
    return false;
}

/* The place of a text in a list of choices; -1 after a problem. */
static int read_choice(pg_config_reader *reader, const char *name, const char *const *choices)
{
    char list[NAME_LIST] = "";
    size_t used = 0;
    const char *text = read_text(reader, name);
    if (!text)
        return -1;
    for (int i = 0; choices[i]; i++) {
        if (strcmp(text, choices[i]) == 0)
            return i;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", choices[i]);
    }
    push_names(reader->lua, choices);
    const char *hint = guess(reader, text);
    pg_config_wrong(reader, "%s is '%.31s'%s; it must be one of: %s", name, text, hint, list);
    lua_pop(reader->lua, 1);
    return -1;
}

static bool read_formats(pg_config_reader *reader, const pg_config_field *field, unsigned *bits)
{
    lua_State *lua = reader->lua;
    if (!lua_istable(lua, -1)) {
        wrong_type(reader, field->name, "a list, as { \"tape\" }");
        return false;
    }
    *bits = 0;
    bool good = true;
    for (int i = 1, n = (int)lua_objlen(lua, -1); i <= n && good; i++) {
        lua_rawgeti(lua, -1, i);
        int choice = read_choice(reader, field->name, field->choices);
        lua_pop(lua, 1);
        good = choice >= 0;
        if (good)
            *bits |= 1u << choice;
    }
    if (good && *bits == 0)
        pg_config_wrong(reader, "%s is an empty list", field->name);
    return good && *bits != 0;
}

/* A text of hexadecimal digits as long as a key: somebody has put the key where its name belongs. */
static bool looks_like_key(const char *text)
{
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        text += 2;
    return strspn(text, "0123456789abcdefABCDEF") >= KEY_DIGITS;
}

/* Nothing that stands here is repeated in a message: it could be the key itself. */
static bool read_secret(pg_config_reader *reader, const char *name, pg_secret_source *source)
{
    lua_State *lua = reader->lua;
    static const char *const kinds[] = { "none", "env", "file", "keystore", NULL };
    lua_pushvalue(lua, -1);
    lua_rawget(lua, reader->secrets);
    if (!lua_istable(lua, -1)) {
        pg_error_remedy(
            pg_config_wrong(reader, "%s must say where the secret is, not what it is", name),
            "write %s = env \"VARIABLE\", file \"PATH\" or keystore \"ENTRY\"; if a key stood in this file, "
            "replace it",
            name);
        lua_pop(lua, 1);
        return false;
    }
    lua_rawgeti(lua, -1, 1);
    lua_rawgeti(lua, -2, 2);
    size_t length;
    const char *kind = lua_tostring(lua, -2), *where = lua_tolstring(lua, -1, &length);
    int k = 1;
    while (kinds[k + 1] && strcmp(kind, kinds[k]) != 0)
        k++;
    bool good = length > 0 && length < TEXT_LIMIT && strlen(where) == length && !looks_like_key(where);
    for (size_t i = 0; good && i < length; i++)
        good = !iscntrl((unsigned char)where[i]) &&
               (k == PG_SECRET_FILE || isalnum((unsigned char)where[i]) || where[i] == '_' ||
                (k == PG_SECRET_KEYSTORE && strchr("-.", where[i])));
    if (k == PG_SECRET_ENV)
        good = good && length < VARIABLE_LIMIT && !isdigit((unsigned char)where[0]);
    if (good)
        *source = (pg_secret_source){ (pg_secret_kind)k, pg_config_keep(reader, where) };
    else
        pg_error_remedy(
            pg_config_wrong(reader, "%s: %s takes the name of a secret, and this cannot be one", name, kind),
            "names of variables and entries are words, files are paths; if a key stood in this file, "
            "replace it");
    lua_pop(lua, 3);
    return good;
}

/* ---- params and estimators ---- */

/* The shortest text that reads back as the same number. */
static const char *number_text(double number, char *text, size_t size)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, size, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    return text;
}

/* The value on top of the stack as a setting's text; NULL after a problem. */
static const char *setting_text(pg_config_reader *reader, const char *name, char *text, size_t size)
{
    lua_State *lua = reader->lua;
    switch (lua_type(lua, -1)) {
    case LUA_TNUMBER:
        if (isfinite(lua_tonumber(lua, -1)))
            return number_text(lua_tonumber(lua, -1), text, size);
        pg_config_wrong(reader, "%s is not a finite number", name);
        return NULL;
    case LUA_TBOOLEAN: return lua_toboolean(lua, -1) ? "true" : "false";
    case LUA_TSTRING:
        if (lua_objlen(lua, -1) == 0)
            return "";
        return read_text(reader, name);
    default: wrong_type(reader, name, "a number, a text, true or false"); return NULL;
    }
}

static bool add_param(pg_config_reader *reader, pg_config_market *market, const char *prefix, const char *name)
{
    char full[PARAM_NAME], text[40], what[PARAM_NAME + 16];
    if (snprintf(full, sizeof full, "%s%s%s", prefix, *prefix ? "." : "", name) >= (int)sizeof full) {
        pg_config_wrong(reader, "the name of parameter '%.40s' is too long", name);
        return false;
    }
    snprintf(what, sizeof what, "parameter %s", full);
    const char *value = setting_text(reader, what, text, sizeof text);
    if (!value)
        return false;
    for (int i = 0; i < market->param_count; i++)
        if (strcmp(market->params[i].name, full) == 0) {
            pg_config_wrong(reader, "%s is given twice, in params and in estimators", what);
            return false;
        }
    if (market->param_count == PG_CONFIG_PARAMS) {
        pg_config_wrong(reader, "more than %d parameters", PG_CONFIG_PARAMS);
        return false;
    }
    const char *kept = pg_config_keep(reader, full);
    market->params[market->param_count++] = (pg_setting){ kept, pg_config_keep(reader, value) };
    return true;
}

/* The key below the value on top of the stack when it is a text, else NULL. Never converts: lua_next goes by it. */
static const char *text_key(lua_State *lua)
{
    return lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : NULL;
}

/* Adds the named fields of the table on top as parameters; `first`: element 1 is something else. */
static bool read_settings(pg_config_reader *reader, pg_config_market *market, const char *prefix, bool first)
{
    lua_State *lua = reader->lua;
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        const char *name = text_key(lua);
        if (!name && first && lua_type(lua, -2) == LUA_TNUMBER && lua_tonumber(lua, -2) == 1)
            continue;
        if (!name)
            pg_config_wrong(reader, "%s%s has a value without a name", *prefix ? "estimator " : "params", prefix);
        if (!name || !add_param(reader, market, prefix, name)) {
            lua_pop(lua, 2);
            return false;
        }
    }
    return true;
}

static bool read_params(pg_config_reader *reader, pg_config_market *market)
{
    if (lua_istable(reader->lua, -1))
        return read_settings(reader, market, "", false);
    wrong_type(reader, "params", "a table, as { gamma = 5 }");
    return false;
}

/* slot = "name", or slot = { "name", parameter = value }. */
static bool read_estimator(pg_config_reader *reader, pg_config_market *market, const char *slot)
{
    lua_State *lua = reader->lua;
    char what[PARAM_NAME];
    snprintf(what, sizeof what, "estimator %.31s", slot);
    bool table = lua_istable(lua, -1);
    if (table)
        lua_rawgeti(lua, -1, 1);
    const char *name = read_text(reader, what);
    const char *kept = name ? pg_config_keep(reader, name) : NULL;
    if (table)
        lua_pop(lua, 1);
    if (!kept)
        return false;
    if (market->estimator_count == PG_CONFIG_ESTIMATORS) {
        pg_config_wrong(reader, "more than %d estimators", PG_CONFIG_ESTIMATORS);
        return false;
    }
    const char *kept_slot = pg_config_keep(reader, slot);
    market->estimators[market->estimator_count++] = (pg_setting){ kept_slot, kept };
    return !table || read_settings(reader, market, slot, true);
}

static bool read_estimators(pg_config_reader *reader, pg_config_market *market)
{
    lua_State *lua = reader->lua;
    if (!lua_istable(lua, -1)) {
        wrong_type(reader, "estimators", "a table, as { sigma = \"sigma_ewma\" }");
        return false;
    }
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        const char *slot = text_key(lua);
        if (!slot || !is_word(slot))
            pg_config_wrong(reader, "an estimator's slot must be a short word, as in { sigma = \"sigma_ewma\" }");
        if (!slot || !is_word(slot) || !read_estimator(reader, market, slot)) {
            lua_pop(lua, 2);
            return false;
        }
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const pg_setting *)a)->name, ((const pg_setting *)b)->name);
}

/* ---- fields ---- */

static bool read_pointer_text(pg_config_reader *reader, const pg_config_field *field, const char **out)
{
    if (field->is_digits)
        write_digits(reader->lua);
    const char *text = read_text(reader, field->name);
    if (!text)
        return false;
    if (field->kind == PG_FIELD_KIND_WORD)
        *out = is_word(text) ? pg_config_keep(reader, text) : pg_config_read_name(reader, field->name, text);
    else
        *out = pg_config_keep(reader, text);
    return *out != NULL;
}

/* Reads the value on top of the stack into its member. */
static bool read_field(pg_config_reader *reader, const pg_config_field *field, void *entry)
{
    void *out = (char *)entry + field->offset;
    double number;
    int choice;
    switch (field->kind) {
    case PG_FIELD_KIND_WORD:
    case PG_FIELD_KIND_TEXT: return read_pointer_text(reader, field, out);
    case PG_FIELD_KIND_NUMBER: return read_number(reader, field, false, out);
    case PG_FIELD_KIND_INTEGER:
        if (!read_number(reader, field, true, &number))
            return false;
        *(int *)out = (int)number;
        return true;
    case PG_FIELD_KIND_SEED:
        if (!read_number(reader, field, true, &number))
            return false;
        *(uint64_t *)out = (uint64_t)number;
        return true;
    case PG_FIELD_KIND_BOOL:
        if (!lua_isboolean(reader->lua, -1)) {
            wrong_type(reader, field->name, "true or false");
            return false;
        }
        *(bool *)out = lua_toboolean(reader->lua, -1);
        return true;
    case PG_FIELD_KIND_CHOICE:
        choice = read_choice(reader, field->name, field->choices);
        if (choice >= 0)
            memcpy(out, &choice, sizeof choice);
        return choice >= 0;
    case PG_FIELD_KIND_SECRET: return read_secret(reader, field->name, out);
    case PG_FIELD_KIND_FORMATS: return read_formats(reader, field, out);
    case PG_FIELD_KIND_PARAMS: return read_params(reader, entry);
    case PG_FIELD_KIND_ESTIMATORS: return read_estimators(reader, entry);
    }
    return false;
}

/* ---- options of one kind of venue ---- */

static const pg_config_option *find_option(const char *kind, const char *name)
{
    for (int i = 0; kind && i < pg_config_option_count; i++)
        if (strcmp(pg_config_options[i].kind, kind) == 0 && strcmp(pg_config_options[i].name, name) == 0)
            return &pg_config_options[i];
    return NULL;
}

static void read_option(pg_config_reader *reader, const pg_config_option *option, pg_config_venue *venue)
{
    char text[40];
    const char *value = NULL;
    if (!pg_config_public(reader, option->name))
        return;
    if (option->choices) {
        int choice = read_choice(reader, option->name, option->choices);
        value = choice >= 0 ? option->choices[choice] : NULL;
    } else if (option->is_address) {
        pg_address address;
        value = read_text(reader, option->name);
        if (value && pg_address_parse(&address, value, NULL) != PG_OK) {
            pg_config_wrong(reader, "%s is not an address: \"0x\" and 40 hexadecimal digits", option->name);
            value = NULL;
        }
    } else {
        pg_config_field field = { .name = option->name, .min = option->min, .max = option->max };
        double number;
        if (read_number(reader, &field, true, &number))
            value = number_text(number, text, sizeof text);
    }
    if (value && venue->option_count < PG_CONFIG_OPTIONS)
        venue->options[venue->option_count++] = (pg_venue_option){ option->name, pg_config_keep(reader, value) };
}

/* ---- tables ---- */

static void unknown_key(pg_config_reader *reader, const pg_config_table *table, const char *kind, const char *name)
{
    lua_State *lua = reader->lua;
    lua_newtable(lua);
    int n = 0;
    for (int i = 0; i < table->count; i++) {
        lua_pushstring(lua, table->fields[i].name);
        lua_rawseti(lua, -2, ++n);
    }
    for (int i = 0; kind && i < pg_config_option_count; i++)
        if (strcmp(pg_config_options[i].kind, kind) == 0) {
            lua_pushstring(lua, pg_config_options[i].name);
            lua_rawseti(lua, -2, ++n);
        }
    const char *hint = guess(reader, name);
    pg_config_wrong(reader, "%s has no setting '%.60s'%s", table->word, name, hint);
    lua_pop(lua, 1);
}

/* What is in the table beside its fields: options of the venue's kind, or mistakes. */
static void read_others(pg_config_reader *reader, const pg_config_table *table, void *entry)
{
    lua_State *lua = reader->lua;
    pg_config_venue *venue = table == &pg_config_venue_table ? entry : NULL;
    const char *kind = venue ? venue->kind : NULL;
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        const char *name = text_key(lua);
        if (!name) {
            pg_config_wrong(reader, "%s has a value without a name", table->word);
            continue;
        }
        bool known = false;
        for (int i = 0; i < table->count && !known; i++)
            known = strcmp(table->fields[i].name, name) == 0;
        const pg_config_option *option = known ? NULL : find_option(kind, name);
        if (option)
            read_option(reader, option, venue);
        else if (!known)
            unknown_key(reader, table, kind, name);
    }
}

/* A strategy that is not where its path says may be one of Perigee's own. */
static void find_strategy(pg_config_reader *reader, pg_config_market *market)
{
    pg_file_info info;
    char path[PG_PATH_SIZE];
    if (market->strategy && market->strategy[0] != '/' && pg_file_stat(market->strategy, &info, NULL) != PG_OK &&
        pg_file_join(path, pg_home(), market->strategy, NULL) == PG_OK && pg_file_stat(path, &info, NULL) == PG_OK)
        market->strategy = pg_config_keep(reader, path);
}

void pg_config_read_table(pg_config_reader *reader, const pg_config_table *table, void *entry)
{
    lua_State *lua = reader->lua;
    uint64_t given = 0;
    for (int i = 0; i < table->count; i++) {
        lua_pushstring(lua, table->fields[i].name);
        lua_rawget(lua, -2);
        if (!lua_isnil(lua, -1)) {
            given |= 1ull << i; /* also a wrong one: it is told of once, not also as missing */
            if (!table->fields[i].is_public || pg_config_public(reader, table->fields[i].name))
                read_field(reader, &table->fields[i], entry);
        }
        lua_pop(lua, 1);
    }
    memcpy((char *)entry + table->given_offset, &given, sizeof given);
    memcpy((char *)entry + table->line_offset, &reader->line, sizeof reader->line);
    read_others(reader, table, entry);
    if (table == &pg_config_market_table) {
        pg_config_market *market = entry;
        find_strategy(reader, market);
        qsort(market->params, (size_t)market->param_count, sizeof *market->params, by_name);
        qsort(market->estimators, (size_t)market->estimator_count, sizeof *market->estimators, by_name);
    }
}
