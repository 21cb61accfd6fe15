/* Members of an answer that was parsed as a tree, read as leniently as the venue's documentation allows: a member may
 * be absent or of another type. */
#ifndef PG_VENUE_HYPERLIQUID_JSON_H
#define PG_VENUE_HYPERLIQUID_JSON_H

#include <cjson/cJSON.h>

/* The text of a member; "" when it is absent or no string. It lives as long as the tree. */
static inline const char *pg_hl_json_text(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

#endif
