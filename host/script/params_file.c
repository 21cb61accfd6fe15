#include "script/params_file.h"

#include <cjson/cJSON.h>
#include <lua.h>
#include <math.h>
#include <stdlib.h>

#include "base/file.h"

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

pg_status pg_params_file_push(lua_State *lua, const char *path, pg_error *err)
{
    char *text;
    size_t size;
    pg_status status = pg_file_read(&text, &size, path, PG_PARAMS_FILE_LIMIT, err);
    if (status != PG_OK)
        return status;
    cJSON *document = cJSON_ParseWithLength(text, size);
    status = check(document, err);
    if (status == PG_OK)
        push(lua, document);
    else
        pg_error_where(err, "%s", path);
    cJSON_Delete(document);
    free(text);
    return status;
}
