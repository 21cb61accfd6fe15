/* The multiplexed stream of Extended (extended.md 8): requests to subscribe, each answered, and frames that say which
 * subscription they belong to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_extended_internal.h"

enum { INVALID_REQUEST = -32600, NO_METHOD = -32601, INVALID_PARAMS = -32602 };

/* ---- answers ---- */

/* Begins an answer with the request's id, which may be a text or a number. */
static pg_text *open_answer(exx_socket *socket, const cJSON *id)
{
    pg_text *frame = &socket->exchange->frame;
    pg_text_clear(frame);
    pg_json_open(frame, NULL, '{');
    if (cJSON_IsString(id))
        pg_json_string(frame, "id", id->valuestring);
    else if (cJSON_IsNumber(id))
        pg_json_number(frame, "id", id->valuedouble);
    else
        pg_json_null(frame, "id");
    return frame;
}

static void finish_answer(exx_socket *socket, pg_text *frame)
{
    pg_json_close(frame, '}');
    if (!frame->failed)
        pg_exchange_link_send(&socket->link, "rpc", frame->data, frame->length);
}

static void refuse(exx_socket *socket, const cJSON *id, int code, const char *words)
{
    pg_text *frame = open_answer(socket, id);
    pg_json_open(frame, "error", '{');
    pg_json_integer(frame, "code", code);
    pg_json_string(frame, "message", words);
    pg_json_close(frame, '}');
    finish_answer(socket, frame);
}

static void confirm(exx_socket *socket, const cJSON *id, const char *topic)
{
    pg_text *frame = open_answer(socket, id);
    pg_json_open(frame, "result", '{');
    if (topic)
        pg_json_string(frame, "subscription", topic);
    pg_json_close(frame, '}');
    finish_answer(socket, frame);
}

/* ---- selectors ---- */

static const char *text_of(const cJSON *json, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
}

/* A market that may be null: all of them. */
static bool read_market(exx_subscription *s, const char **name, const pg_extended_exchange *e, const cJSON *selector)
{
    const cJSON *market = cJSON_GetObjectItemCaseSensitive(selector, "market");
    s->market = -1;
    *name = "all";
    if (!market || cJSON_IsNull(market))
        return true;
    *name = cJSON_GetStringValue(market);
    s->market = exx_find_market(e, *name);
    return s->market >= 0;
}

static bool read_book(exx_subscription *s, const char *market, const cJSON *selector)
{
    const char *depth = text_of(selector, "depth");
    if ((depth && strcmp(depth, "full") != 0 && strcmp(depth, "1") != 0) ||
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(selector, "rfqOnly")))
        return false; /* there are no RFQ markets here */
    s->best = depth && strcmp(depth, "1") == 0;
    snprintf(s->topic, sizeof s->topic, "orderbooks.%s%s", s->best ? "1." : "", market);
    return true;
}

static bool read_kind(exx_subscription *s, const char *last, const cJSON *selector)
{
    const char *const kinds[EXX_PRICES] = { [EXX_TRADES] = last, [EXX_MARK] = "mark", [EXX_INDEX] = "index" };
    s->kind = exx_find_word(kinds, EXX_PRICES, text_of(selector, "type"));
    return s->kind >= 0;
}

static bool read_prices(exx_subscription *s, const char *market, const cJSON *selector)
{
    if (!read_kind(s, "", selector) || s->kind == EXX_TRADES)
        return false;
    snprintf(s->topic, sizeof s->topic, "prices.%s.%s", text_of(selector, "type"), market);
    return true;
}

static bool read_candles(exx_subscription *s, const char *market, const cJSON *selector)
{
    const char *interval = text_of(selector, "interval");
    s->interval = exx_interval(interval);
    if (s->market < 0 || s->interval == 0 || !read_kind(s, "last", selector))
        return false;
    snprintf(s->topic, sizeof s->topic, "candles.%s.%s.%s", text_of(selector, "type"), market, interval);
    return true;
}

static bool read_account(exx_subscription *s, const pg_extended_exchange *e, const cJSON *selector, const char *api_key)
{
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(selector, "account");
    char id[32] = "";
    if (cJSON_IsNumber(json))
        snprintf(id, sizeof id, "%.0f", json->valuedouble);
    else if (cJSON_IsString(json))
        snprintf(id, sizeof id, "%s", json->valuestring);
    s->account = api_key ? exx_find_key(e, api_key) : PG_EXCHANGE_NOBODY;
    if (s->account == PG_EXCHANGE_NOBODY || strtoull(id, NULL, 10) != exx_account_id(s->account))
        return false;
    snprintf(s->topic, sizeof s->topic, "account.%s", id);
    return true;
}

static bool read_subscription(exx_subscription *s, const pg_extended_exchange *e, const cJSON *params)
{
    static const char *const scopes[EXX_SCOPES] = {
        [EXX_BOOK] = "orderbooks", [EXX_PUBLIC_TRADES] = "trades", [EXX_FUNDING] = "funding-rates",
        [EXX_PRICE] = "prices",    [EXX_CANDLE] = "candles",       [EXX_ACCOUNT] = "account",
    };
    const cJSON *selector = cJSON_GetObjectItemCaseSensitive(params, "selector");
    int scope = exx_find_word(scopes, EXX_SCOPES, text_of(params, "scope"));
    const char *market;
    if (scope < 0)
        return false;
    *s = (exx_subscription){ .scope = (exx_scope)scope, .account = PG_EXCHANGE_NOBODY };
    if (scope == EXX_ACCOUNT)
        return read_account(s, e, selector, text_of(params, "apiKey"));
    if (!read_market(s, &market, e, selector))
        return false;
    switch (s->scope) {
    case EXX_BOOK: return read_book(s, market, selector);
    case EXX_PRICE: return read_prices(s, market, selector);
    case EXX_CANDLE: return read_candles(s, market, selector);
    default: snprintf(s->topic, sizeof s->topic, "%s.%s", scopes[scope], market); return true;
    }
}

/* ---- requests ---- */

static int find_topic(const exx_socket *socket, const char *topic)
{
    for (int i = 0; i < socket->count; i++)
        if (strcmp(socket->subscriptions[i].topic, topic) == 0)
            return i;
    return -1;
}

static void drop_topic(exx_socket *socket, int i)
{
    socket->count--;
    memmove(&socket->subscriptions[i], &socket->subscriptions[i + 1],
            (size_t)(socket->count - i) * sizeof *socket->subscriptions);
}

static bool make_room(exx_socket *socket)
{
    if (socket->count == EXX_SUBSCRIPTIONS)
        return false;
    if (socket->count < socket->capacity)
        return true;
    int capacity = socket->capacity ? 2 * socket->capacity : 8;
    exx_subscription *grown = realloc(socket->subscriptions, (size_t)capacity * sizeof *grown);
    if (!grown)
        return false;
    socket->subscriptions = grown;
    socket->capacity = capacity;
    return true;
}

/* A topic that is there already is begun anew. */
static void subscribe(exx_socket *socket, const cJSON *id, const cJSON *params)
{
    exx_subscription s;
    if (!read_subscription(&s, socket->exchange, params)) {
        refuse(socket, id, INVALID_PARAMS, "Invalid params");
        return;
    }
    int known = find_topic(socket, s.topic);
    if (known >= 0)
        drop_topic(socket, known);
    if (!make_room(socket)) {
        refuse(socket, id, INVALID_REQUEST, "Too many subscriptions");
        return;
    }
    confirm(socket, id, s.topic);
    exx_tell_first(socket, &s);
    socket->subscriptions[socket->count++] = s; /* now: what is told first is told once */
}

static void unsubscribe(exx_socket *socket, const cJSON *id, const cJSON *params)
{
    exx_subscription s;
    int known = read_subscription(&s, socket->exchange, params) ? find_topic(socket, s.topic) : -1;
    if (known < 0) {
        refuse(socket, id, INVALID_PARAMS, "No such subscription");
        return;
    }
    drop_topic(socket, known);
    confirm(socket, id, s.topic);
}

static void list(exx_socket *socket, const cJSON *id)
{
    pg_text *frame = open_answer(socket, id);
    pg_json_open(frame, "result", '{');
    pg_json_open(frame, "subscriptions", '[');
    for (int i = 0; i < socket->count; i++)
        pg_json_string(frame, NULL, socket->subscriptions[i].topic);
    pg_json_close(frame, ']');
    pg_json_close(frame, '}');
    finish_answer(socket, frame);
}

void exx_rpc(exx_socket *socket, const char *text, size_t size)
{
    cJSON *request = cJSON_ParseWithLength(text, size);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(request, "id");
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(request, "params");
    const char *method = text_of(request, "method");
    if (!cJSON_IsObject(request) || !method)
        refuse(socket, id, INVALID_REQUEST, "Invalid request");
    else if (strcmp(method, "subscribe") == 0)
        subscribe(socket, id, params);
    else if (strcmp(method, "unsubscribe") == 0)
        unsubscribe(socket, id, params);
    else if (strcmp(method, "list-subscriptions") == 0)
        list(socket, id);
    else if (strcmp(method, "ping") == 0)
        confirm(socket, id, NULL);
    else
        refuse(socket, id, NO_METHOD, "Method not found");
    cJSON_Delete(request);
}
