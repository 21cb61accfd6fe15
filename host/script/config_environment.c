/* Public values that config.lua takes from the environment: account = env "NAME", and the options of a venue. They are
 * read where they are needed, not kept apart like keys: numbers of accounts and names of networks are no secrets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>

#include "crypto/key_source.h"
#include "script/config_reader.h"

enum { NUMBER_TEXT = 32, SETTING_TEXT = 1024 };

/* The name behind env "NAME" on top of the stack, NULL for anything else; pushes one value. */
static const char *variable(pg_config_reader *reader)
{
    lua_State *lua = reader->lua;
    const char *name = NULL;
    lua_pushvalue(lua, -1);
    lua_rawget(lua, reader->secrets);
    if (!lua_istable(lua, -1))
        return NULL;
    lua_rawgeti(lua, -1, 1);
    lua_rawgeti(lua, -2, 2);
    const char *kind = lua_tostring(lua, -2);
    if (kind && strcmp(kind, "env") == 0)
        name = lua_tostring(lua, -1);
    lua_pop(lua, 2);
    return name;
}

static void push_value(lua_State *lua, const char *text)
{
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (*text && strlen(text) < NUMBER_TEXT && !*end && errno == 0 && text[0] != '0')
        lua_pushnumber(lua, number);
    else
        lua_pushstring(lua, text);
}

/* From the environment, or else from ./.env. */
static bool push_variable(lua_State *lua, const char *name)
{
    char text[SETTING_TEXT];
    if (pg_setting_read(text, sizeof text, ".env", name, NULL) != PG_OK)
        return false;
    push_value(lua, text);
    return true;
}

bool pg_config_public(pg_config_reader *reader, const char *name)
{
    lua_State *lua = reader->lua;
    if (!lua_istable(lua, -1))
        return true;
    const char *from = variable(reader);
    bool found = !from || push_variable(lua, from);
    if (from && found) {
        lua_replace(lua, -3); /* over the reference */
        lua_pop(lua, 1);
        return true;
    }
    if (from)
        pg_error_remedy(pg_config_wrong(reader, "%s: the variable %.60s is not set", name, from),
                        "set it, or write it into ./.env");
    lua_pop(lua, 1);
    return !from;
}
