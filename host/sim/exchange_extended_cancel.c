/* Cancels of Extended: single, many, and the dead-man's switch (extended.md 6.6). The API key is enough for them. */
#define JSMN_STATIC
#include <jsmn.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_extended_internal.h"

/* Whether an external id is `id` or that of a leg of it. */
static bool is_of(const char *external, const char *id)
{
    size_t length = strlen(id);
    if (strncmp(external, id, length) != 0)
        return false;
    return !external[length] || strcmp(external + length, "-tp") == 0 || strcmp(external + length, "-sl") == 0;
}

/* Cancels an order with its legs; returns whether there was any. */
static bool cancel_external(pg_extended_exchange *e, int account, const char *id)
{
    bool any = false;
    for (const pg_exchange_order *o = NULL, *found = NULL;; found = NULL, o = NULL) {
        while (!found && (o = pg_exchange_next_open(e->core, account, o)))
            found = is_of(o->client_id, id) ? o : NULL;
        if (!found)
            return any;
        any |= pg_exchange_cancel(e->core, account, found->oid, PG_EXCHANGE_BY_USER);
    }
}

static bool cancel_id(pg_extended_exchange *e, int account, uint64_t id)
{
    return id > EXX_ID && pg_exchange_cancel(e->core, account, id - EXX_ID, PG_EXCHANGE_BY_USER);
}

int exx_cancel_order(exx_call *call)
{
    const char *text = call->params[0];
    size_t length = strlen(text);
    if (length > 20 || strspn(text, "0123456789") != length)
        return exx_refuse(call, 400, "id");
    if (!cancel_id(call->e, call->account, strtoull(text, NULL, 10)))
        return exx_refuse(call, 404, NULL);
    return exx_done(call);
}

int exx_cancel_external(exx_call *call)
{
    const char *id = exx_query(call, "externalId");
    if (!id || !id[0])
        return exx_refuse(call, 400, "externalId");
    if (!cancel_external(call->e, call->account, id))
        return exx_refuse(call, 404, NULL);
    return exx_done(call);
}

/* ---- many ---- */

static bool is_list(const cJSON *list, cJSON_bool (*of)(const cJSON *))
{
    if (list && !cJSON_IsArray(list))
        return false;
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next)
        if (!of(item))
            return false;
    return true;
}

/* The tokens of a document; the caller frees them. NULL: it is none, or too long. */
static jsmntok_t *tokens_of(int *count, const char *json, size_t size)
{
    enum { MOST = 1 << 16 };
    jsmn_parser parser;
    jsmn_init(&parser);
    *count = jsmn_parse(&parser, json, size, NULL, 0);
    jsmntok_t *tokens = *count > 0 && *count <= MOST ? calloc((size_t)*count, sizeof *tokens) : NULL;
    jsmn_init(&parser);
    if (tokens)
        *count = jsmn_parse(&parser, json, size, tokens, (unsigned)*count);
    return tokens;
}

/* Ids are beyond 2^53, and cJSON keeps doubles: so they are read from the text of the request. */
static void cancel_ids(exx_call *call)
{
    static const char name[] = "orderIds";
    const char *json = call->raw;
    int count;
    jsmntok_t *tokens = tokens_of(&count, json, call->raw_size);
    for (int i = 0; tokens && i + 1 < count; i++) {
        const jsmntok_t *t = &tokens[i], *list = &tokens[i + 1];
        if (t->type != JSMN_STRING || t->size != 1 || (size_t)(t->end - t->start) != sizeof name - 1 ||
            strncmp(json + t->start, name, sizeof name - 1) != 0 || list->type != JSMN_ARRAY)
            continue;
        for (int k = i + 2; k < count && k < i + 2 + list->size; k++) /* is_list knows: they are numbers */
            cancel_id(call->e, call->account, strtoull(json + tokens[k].start, NULL, 10));
        break;
    }
    free(tokens);
}

int exx_mass_cancel(exx_call *call)
{
    const cJSON *ids = cJSON_GetObjectItemCaseSensitive(call->body, "orderIds");
    const cJSON *externals = cJSON_GetObjectItemCaseSensitive(call->body, "externalOrderIds");
    const cJSON *markets = cJSON_GetObjectItemCaseSensitive(call->body, "markets");
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(call->body, "cancelAll");
    pg_extended_exchange *e = call->e;
    if (!is_list(ids, cJSON_IsNumber) || !is_list(externals, cJSON_IsString) || !is_list(markets, cJSON_IsString) ||
        (all && !cJSON_IsBool(all)) || (!ids && !externals && !markets && !all))
        return exx_refuse(call, 400, "orderIds, externalOrderIds, markets, cancelAll");
    for (const cJSON *item = markets ? markets->child : NULL; item; item = item->next)
        if (exx_find_market(e, item->valuestring) < 0)
            return exx_refuse(call, 1001, item->valuestring);
    if (cJSON_IsTrue(all))
        pg_exchange_cancel_all(e->core, call->account, -1, PG_EXCHANGE_BY_USER);
    for (const cJSON *item = markets ? markets->child : NULL; item; item = item->next)
        pg_exchange_cancel_all(e->core, call->account, exx_find_market(e, item->valuestring), PG_EXCHANGE_BY_USER);
    for (const cJSON *item = externals ? externals->child : NULL; item; item = item->next)
        cancel_external(e, call->account, item->valuestring);
    if (ids)
        cancel_ids(call);
    return exx_done(call);
}

/* ---- the dead-man's switch ---- */

int exx_dead_man(exx_call *call)
{
    enum { MOST_S = 86400 };
    int64_t seconds;
    if (!exx_query_number(&seconds, call, "countdownTime", -1) || seconds < 0 || seconds > MOST_S)
        return exx_refuse(call, 400, "countdownTime");
    int64_t now_ns = pg_exchange_now(call->e->core);
    pg_exchange_schedule_cancel(call->e->core, call->account, seconds ? now_ns + seconds * 1000000000 : 0);
    return exx_done(call);
}
