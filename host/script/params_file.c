#include "script/params_file.h"

#include <cjson/cJSON.h>
#include <lua.h>
#include <math.h>

static pg_status check(const cJSON *document, pg_error *err)
{
    const cJSON *item;
    if (!cJSON_IsObject(document))
        return pg_fail(err, PG_ERR_PARSE, "not a JSON object");
    cJSON_ArrayForEach(item, document)
    {
        if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
            return pg_fail(err, PG_ERR_PARSE, "'%s' is not a finite number", item->string);
    }
    return PG_OK;
}

static void push(lua_State *lua, const cJSON *document)
{
    const cJSON *item;
    lua_newtable(lua);
    cJSON_ArrayForEach(item, document)
    {
        if (cJSON_IsNumber(item))
            lua_pushnumber(lua, item->valuedouble);
        else if (cJSON_IsString(item))
            lua_pushstring(lua, item->valuestring);
        else
            continue;
        lua_setfield(lua, -2, item->string);
    }
}

pg_status pg_params_push(lua_State *lua, const char *text, size_t size, pg_error *err)
{
    if (size == 0)
        return pg_fail(err, PG_ERR_NOT_FOUND, "there is no params file yet");
    cJSON *document = cJSON_ParseWithLength(text, size);
    pg_status status = check(document, err);
    if (status == PG_OK)
        push(lua, document);
    else
        pg_error_where(err, "the params file");
    cJSON_Delete(document);
    return status;
}
