/* Requests to Extended's REST interface: which endpoint, whose, and the envelope of its answer (extended.md 2). */
#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"
#include "sim/exchange_extended_internal.h"

static const char base[] = "/api/v1";

/* A "*" of a path is a parameter. Paths without parameters are the channels of faults. */
static const struct {
    const char *method, *path, *channel;
    bool is_private;
    exx_handler *run;
} routes[] = {
    { "GET", "/info/markets", "/info/markets", false, exx_get_markets },
    { "GET", "/info/markets/*/stats", "/info/markets/stats", false, exx_get_stats },
    { "GET", "/info/markets/*/orderbook", "/info/markets/orderbook", false, exx_get_orderbook },
    { "GET", "/info/markets/*/trades", "/info/markets/trades", false, exx_get_trades },
    { "GET", "/info/candles/*/*", "/info/candles", false, exx_get_candles },
    { "GET", "/info/assets", "/info/assets", false, exx_get_assets },
    { "GET", "/info/assets/*/price", "/info/assets/price", false, exx_get_asset_price },
    { "GET", "/info/starknet", "/info/starknet", false, exx_get_starknet },
    { "GET", "/info/settings", "/info/settings", false, exx_get_settings },
    { "GET", "/info/*/funding", "/info/funding", false, exx_get_funding },
    { "GET", "/info/*/open-interests", "/info/open-interests", false, exx_get_open_interests },
    { "GET", "/user/client/info", "/user/client/info", true, exx_get_client },
    { "GET", "/user/accounts", "/user/accounts", true, exx_get_accounts },
    { "GET", "/user/account/info", "/user/account/info", true, exx_get_account },
    { "GET", "/user/balance", "/user/balance", true, exx_get_balance },
    { "GET", "/user/spot/balances", "/user/spot/balances", true, exx_get_spot_balances },
    { "GET", "/user/positions", "/user/positions", true, exx_get_positions },
    { "GET", "/user/positions/history", "/user/positions/history", true, exx_get_positions_history },
    { "GET", "/user/orders", "/user/orders", true, exx_get_orders },
    { "GET", "/user/orders/history", "/user/orders/history", true, exx_get_orders_history },
    { "GET", "/user/orders/external/*", "/user/orders/external", true, exx_get_external_orders },
    { "GET", "/user/orders/*", "/user/orders/id", true, exx_get_order },
    { "GET", "/user/trades", "/user/trades", true, exx_get_user_trades },
    { "GET", "/user/funding/history", "/user/funding/history", true, exx_get_funding_history },
    { "GET", "/user/fees", "/user/fees", true, exx_get_fees },
    { "GET", "/user/leverage", "/user/leverage", true, exx_get_leverage },
    { "PATCH", "/user/leverage", "/user/leverage", true, exx_set_leverage },
    { "GET", "/user/rebates/stats", "/user/rebates/stats", true, exx_get_rebates },
    { "GET", "/user/assetOperations", "/user/assetOperations", true, exx_get_operations },
    { "POST", "/user/order", "/user/order", true, exx_post_order },
    { "DELETE", "/user/order", "/user/order", true, exx_cancel_external },
    { "DELETE", "/user/order/*", "/user/order", true, exx_cancel_order },
    { "POST", "/user/order/massCancel", "/user/order/massCancel", true, exx_mass_cancel },
    { "POST", "/user/deadmanswitch", "/user/deadmanswitch", true, exx_dead_man },
    { "POST", "/user/transfer", "/user/transfer", true, exx_post_transfer },
    { "POST", "/user/transfer/onchain", "/user/transfer", true, exx_post_transfer },
    { "POST", "/user/withdrawal", "/user/withdrawal", true, exx_post_withdrawal },
};

/* ---- texts of a URL ---- */

bool exx_decode(char *text)
{
    char *to = text;
    for (const char *c = text; *c; c++) {
        if (*c != '%') {
            *to++ = *c;
            continue;
        }
        int high = pg_hex_digit(c[1]), low = high < 0 ? -1 : pg_hex_digit(c[2]);
        if (low < 0 || (high == 0 && low == 0))
            return false;
        *to++ = (char)(16 * high + low);
        c += 2;
    }
    *to = '\0';
    return true;
}

const char *exx_query(const exx_call *call, const char *key)
{
    return pg_form_get(&call->query, key);
}

bool exx_query_number(int64_t *value, const exx_call *call, const char *key, int64_t missing)
{
    const char *text = exx_query(call, key);
    size_t digits = text ? strspn(text, "0123456789") : 0;
    *value = missing;
    if (!text)
        return true;
    if (digits == 0 || text[digits] || digits > 19)
        return false;
    unsigned long long read = strtoull(text, NULL, 10);
    *value = read <= INT64_MAX ? (int64_t)read : INT64_MAX;
    return true;
}

bool exx_query_takes(const exx_call *call, const char *key, const char *text)
{
    bool named = false;
    for (int i = 0; i < call->query.count; i++)
        if (strcmp(call->query.item[i].name, key) == 0) {
            named = true;
            if (strcmp(call->query.item[i].value, text) == 0)
                return true;
        }
    return !named;
}

/* ---- answers ---- */

void exx_begin(exx_call *call)
{
    pg_text_clear(call->out);
    pg_json_open(call->out, NULL, '{');
    pg_json_string(call->out, "status", "OK");
}

int exx_end(exx_call *call)
{
    pg_json_close(call->out, '}');
    return 200;
}

int exx_end_page(exx_call *call, uint64_t cursor, int count)
{
    pg_json_open(call->out, "pagination", '{');
    if (count > 0)
        pg_json_unsigned(call->out, "cursor", cursor);
    pg_json_integer(call->out, "count", count);
    pg_json_close(call->out, '}');
    return exx_end(call);
}

int exx_done(exx_call *call)
{
    exx_begin(call);
    return exx_end(call);
}

int exx_refuse(exx_call *call, int code, const char *detail)
{
    int http;
    const char *words = exx_error_words(code, &http);
    pg_text_clear(call->out);
    pg_json_open(call->out, NULL, '{');
    pg_json_string(call->out, "status", "ERROR");
    pg_json_open(call->out, "error", '{');
    pg_json_integer(call->out, "code", code);
    pg_json_string(call->out, "message", words);
    if (detail && detail[0])
        pg_json_string(call->out, "debugInfo", detail);
    pg_json_close(call->out, '}');
    pg_json_close(call->out, '}');
    return http;
}

/* ---- requests ---- */

int exx_find_key(const pg_extended_exchange *e, const char *api_key)
{
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        if (strcmp(e->accounts[k].api_key, api_key) == 0)
            return k;
    return PG_EXCHANGE_NOBODY;
}

/* Whether a path is that of a route; its parameters are put into params. The path is cut up when it is. */
static bool matches(const char *params[2], const char *pattern, char *path)
{
    char *starts[2], *ends[2];
    int count = 0;
    while (*pattern && *path) {
        if (*pattern != '*') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0)
            return false;
        starts[count] = path;
        ends[count++] = path += length;
        pattern++;
    }
    if (*pattern || *path)
        return false;
    for (int i = 0; i < count; i++) {
        *ends[i] = '\0';
        params[i] = starts[i];
        if (!exx_decode(starts[i]))
            return false;
    }
    return true;
}

enum { NO_ROUTE = -1, OTHER_METHOD = -2, UNREADABLE = -3 };

/* The route of a path, or why there is none. */
static int find_route(exx_call *call, const char *method, char *path)
{
    int found = NO_ROUTE;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        bool same = strcmp(routes[i].method, method) == 0;
        if (!same && strchr(routes[i].path, '*'))
            continue; /* the path is cut up for its own method only */
        if (!same && strcmp(routes[i].path, path) == 0)
            found = OTHER_METHOD;
        if (same && matches(call->params, routes[i].path, path))
            return (int)i;
    }
    return found;
}

static int run_route(exx_call *call, int route, const pg_server_request *request)
{
    pg_extended_exchange *e = call->e;
    if (!request->user_agent[0])
        return exx_refuse(call, 403, "User-Agent is missing");
    if (e->config.limits && !pg_bucket_take(&e->bucket, 1, true, pg_exchange_now(e->core)))
        return exx_refuse(call, 429, NULL);
    if (route == OTHER_METHOD) {
        exx_refuse(call, 400, "method");
        return 405;
    }
    if (route == UNREADABLE)
        return exx_refuse(call, 400, "query");
    if (route < 0)
        return exx_refuse(call, 404, NULL);
    if (routes[route].is_private && (call->account = exx_find_key(e, request->api_key)) == PG_EXCHANGE_NOBODY)
        return exx_refuse(call, 401, NULL);
    return routes[route].run(call);
}

/* Whether the request has a body that its endpoint can read. */
static bool read_body(exx_call *call, cJSON **body, const pg_server_request *request)
{
    *body = NULL;
    if (request->size == 0)
        return true;
    *body = cJSON_ParseWithLengthOpts(request->body, request->size, NULL, false);
    call->body = *body;
    call->raw = request->body;
    call->raw_size = request->size;
    return cJSON_IsObject(*body);
}

int exx_perform(pg_extended_exchange *e, const pg_server_request *request, const pg_fault **fault)
{
    exx_call call = { .e = e, .account = PG_EXCHANGE_NOBODY, .out = &e->out };
    size_t prefix = sizeof base - 1;
    char *path = strdup(request->path);
    cJSON *body = NULL;
    int code = 500, route = NO_ROUTE;
    *fault = NULL;
    pg_text_clear(call.out);
    if (!path) {
        call.out->failed = true;
    } else {
        if (strncmp(path, base, prefix) == 0)
            route = find_route(&call, request->method, path + prefix);
        if (route >= 0)
            *fault = pg_faults_next(e->config.faults, routes[route].channel);
        if (pg_form_add_query(&call.query, request->query, strlen(request->query), NULL) != PG_OK)
            route = UNREADABLE;
        if (!*fault || (*fault)->kind != PG_FAULT_STATUS)
            code = read_body(&call, &body, request) ? run_route(&call, route, request) : exx_refuse(&call, 400, "JSON");
    }
    cJSON_Delete(body);
    free(path);
    pg_form_free(&call.query);
    return code;
}

void exx_request(pg_extended_exchange *e, const pg_server_request *request)
{
    const pg_fault *fault;
    int code = exx_perform(e, request, &fault);
    if (fault && fault->kind == PG_FAULT_STATUS) {
        const char *text = fault->text[0] ? fault->text : "Service is not available";
        pg_server_answer(request->peer, fault->code, "text/plain", text, strlen(text));
    } else if (e->out.failed) {
        pg_server_answer(request->peer, 500, "text/plain", "", 0);
    } else {
        pg_exchange_links_answer(&e->links, request->peer, code, e->out.data, e->out.length, fault);
    }
}
