/* What sockets ask for: subscriptions, posts, pings (hyperliquid.md 15). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_streams.h"

/* MAY_HAVE_DEX: the acknowledgement says none when none was given. */
enum { OF_COIN = 1, OF_USER = 2, OF_DEX = 4, OF_INTERVAL = 8, MAY_HAVE_DEX = 16 };

static const struct {
    const char *name;
    int of;
} types[HLX_TYPES] = {
    [HLX_ALL_MIDS] = { "allMids", MAY_HAVE_DEX },
    [HLX_L2_BOOK] = { "l2Book", OF_COIN },
    [HLX_BBO] = { "bbo", OF_COIN },
    [HLX_TRADES] = { "trades", OF_COIN },
    [HLX_ASSET_CTX] = { "activeAssetCtx", OF_COIN },
    [HLX_ORDER_UPDATES] = { "orderUpdates", OF_USER },
    [HLX_USER_FILLS] = { "userFills", OF_USER },
    [HLX_USER_EVENTS] = { "userEvents", OF_USER },
    [HLX_CLEARINGHOUSE] = { "clearinghouseState", OF_USER | OF_DEX },
    [HLX_OPEN_ORDERS] = { "openOrders", OF_USER | OF_DEX },
    [HLX_CANDLE] = { "candle", OF_COIN | OF_INTERVAL },
    [HLX_ACTIVE_DATA] = { "activeAssetData", OF_COIN | OF_USER },
    [HLX_USER_FUNDINGS] = { "userFundings", OF_USER },
    [HLX_LEDGER] = { "userNonFundingLedgerUpdates", OF_USER },
    [HLX_SPOT_STATE] = { "spotState", OF_USER },
    [HLX_WEB_DATA] = { "webData3", OF_USER },
    [HLX_ALL_STATES] = { "allDexsClearinghouseState", OF_USER },
    [HLX_TWAP_STATES] = { "twapStates", OF_USER | OF_DEX },
    [HLX_SLICE_FILLS] = { "userTwapSliceFills", OF_USER },
    [HLX_TWAP_HISTORY] = { "userTwapHistory", OF_USER },
    [HLX_ORDER_HISTORY] = { "userHistoricalOrders", OF_USER },
    [HLX_NOTIFICATION] = { "notification", OF_USER },
    [HLX_FAST_CTXS] = { "fastAssetCtxs", 0 },
    [HLX_ALL_CTXS] = { "allDexsAssetCtxs", 0 },
    [HLX_ASSET_CTXS] = { "assetCtxs", OF_DEX },
    [HLX_SPOT_CTXS] = { "spotAssetCtxs", 0 },
    [HLX_OUTCOMES] = { "outcomeMetaUpdates", 0 }, /* there are none */
};

const char *hlx_type_name(hlx_type type)
{
    return types[type].name;
}

/* ---- what the server says about requests ---- */

static void send_error(hlx_socket *socket, const char *format, const char *detail)
{
    pg_text *frame = &socket->exchange->frame, text = { 0 };
    pg_text_print(&text, format, detail);
    hlx_empty(frame);
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "channel", "error");
    pg_json_string(frame, "data", text.data ? text.data : "");
    pg_json_close(frame, '}');
    if (!frame->failed)
        hlx_send(socket, "error", frame->data, frame->length);
    pg_text_free(&text);
}

static void acknowledge(hlx_socket *socket, const char *method, const hlx_subscription *s)
{
    pg_text *frame = &socket->exchange->frame;
    hlx_empty(frame);
    pg_text_print(frame, "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"%s\",\"subscription\":%s}}",
                  method, s->text);
    if (!frame->failed)
        hlx_send(socket, "subscriptionResponse", frame->data, frame->length);
}

/* ---- reading subscriptions ---- */

typedef enum { READ, NO_SUBSCRIPTION, CLOSES } reading;

static reading read_book(hlx_subscription *s, const cJSON *json)
{
    const cJSON *fast = cJSON_GetObjectItemCaseSensitive(json, "fast");
    if (!hlx_read_setting(&s->figures, cJSON_GetObjectItemCaseSensitive(json, "nSigFigs")) ||
        !hlx_read_setting(&s->mantissa, cJSON_GetObjectItemCaseSensitive(json, "mantissa")) ||
        (fast && !cJSON_IsBool(fast) && !cJSON_IsNull(fast)))
        return NO_SUBSCRIPTION;
    s->fast = cJSON_IsTrue(fast);
    if ((s->figures != 0 && (s->figures < 2 || s->figures > 5)) || (s->mantissa != 0 && s->figures != 5) ||
        (s->mantissa != 0 && s->mantissa != 2 && s->mantissa != 5))
        return CLOSES;
    return READ;
}

static void put_setting(pg_text *text, const char *key, int value)
{
    if (value)
        pg_json_integer(text, key, value);
    else
        pg_json_null(text, key);
}

/* The subscription as it is acknowledged, with what was left out. */
static bool write_text(hlx_subscription *s, const pg_hl_exchange *e)
{
    pg_text text = { 0 };
    pg_json_open(&text, NULL, '{');
    pg_json_string(&text, "type", types[s->type].name);
    if (types[s->type].of & OF_COIN)
        pg_json_string(&text, "coin", e->list.coins[s->market].name);
    if (types[s->type].of & OF_INTERVAL)
        pg_json_string(&text, "interval", hlx_interval_name(s->interval));
    if (types[s->type].of & OF_USER)
        pg_json_string(&text, "user", s->user);
    if ((types[s->type].of & OF_DEX) || ((types[s->type].of & MAY_HAVE_DEX) && s->dex > 0))
        pg_json_string(&text, "dex", e->list.dexs[s->dex].name);
    if (s->type == HLX_L2_BOOK) {
        put_setting(&text, "nSigFigs", s->figures);
        put_setting(&text, "mantissa", s->mantissa);
        pg_json_bool(&text, "fast", s->fast);
    }
    pg_json_close(&text, '}');
    bool fits = !text.failed && text.length < sizeof s->text;
    if (fits)
        memcpy(s->text, text.data, text.length + 1);
    pg_text_free(&text);
    return fits;
}

static reading read_subscription(hlx_subscription *s, const pg_hl_exchange *e, const cJSON *json)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(json, "type");
    const cJSON *coin = cJSON_GetObjectItemCaseSensitive(json, "coin");
    const cJSON *dex = cJSON_GetObjectItemCaseSensitive(json, "dex");
    memset(s, 0, sizeof *s);
    s->type = HLX_TYPES;
    for (int i = 0; cJSON_IsString(type) && i < HLX_TYPES; i++)
        if (strcmp(types[i].name, type->valuestring) == 0)
            s->type = (hlx_type)i;
    if (s->type == HLX_TYPES || (dex && !cJSON_IsString(dex) && !cJSON_IsNull(dex)))
        return NO_SUBSCRIPTION;
    if (!hlx_read_dex(&s->dex, e, json))
        return CLOSES;
    int of = types[s->type].of;
    if ((of & OF_COIN) && !cJSON_IsString(coin))
        return NO_SUBSCRIPTION;
    if ((of & OF_USER) && !hlx_read_address(s->user, cJSON_GetObjectItemCaseSensitive(json, "user")))
        return NO_SUBSCRIPTION;
    const cJSON *interval = cJSON_GetObjectItemCaseSensitive(json, "interval");
    if (of & OF_INTERVAL)
        s->interval = cJSON_IsString(interval) ? hlx_find_interval(interval->valuestring) : -1;
    if (s->interval < 0)
        return NO_SUBSCRIPTION;
    s->market = of & OF_COIN ? hlx_find_coin(&e->list, coin->valuestring) : 0;
    reading read = s->type == HLX_L2_BOOK ? read_book(s, json) : READ;
    if (read == READ && (s->market < 0 || (s->type == HLX_ACTIVE_DATA && e->list.coins[s->market].dex == HLX_SPOT)))
        return CLOSES;
    return read == READ && !write_text(s, e) ? NO_SUBSCRIPTION : read;
}

/* ---- subscribing ---- */

static int find(const hlx_socket *socket, const hlx_subscription *s)
{
    for (int i = 0; i < socket->count; i++)
        if (strcmp(socket->subscriptions[i].text, s->text) == 0)
            return i;
    return -1;
}

/* Users that the connection follows, with one more. */
static int count_users(const hlx_socket *socket, const hlx_subscription *more)
{
    int count = more->user[0] != 0;
    for (int i = 0; i < socket->count; i++) {
        const char *user = socket->subscriptions[i].user;
        bool again = user[0] == 0 || strcmp(user, more->user) == 0;
        for (int k = 0; k < i && !again; k++)
            again = strcmp(user, socket->subscriptions[k].user) == 0;
        count += !again;
    }
    return count;
}

static bool add(hlx_socket *socket, const hlx_subscription *s)
{
    if (socket->count == socket->capacity) {
        int capacity = socket->capacity ? 2 * socket->capacity : 16;
        hlx_subscription *grown = realloc(socket->subscriptions, (size_t)capacity * sizeof *grown);
        if (!grown)
            return false;
        socket->subscriptions = grown;
        socket->capacity = capacity;
    }
    socket->subscriptions[socket->count++] = *s;
    socket->exchange->coins[s->market].trade_listeners += s->type == HLX_TRADES;
    socket->exchange->listeners[s->type]++;
    return true;
}

static void subscribe(hlx_socket *socket, const hlx_subscription *s)
{
    if (find(socket, s) >= 0)
        send_error(socket, "Already subscribed: %s", s->text);
    else if (count_users(socket, s) > HLX_USERS)
        send_error(socket, "%s", "Cannot track more than 15 total users.");
    else if (socket->count == HLX_SUBSCRIPTIONS || !add(socket, s))
        send_error(socket, "%s", "Cannot have more than 1000 subscriptions.");
    else {
        acknowledge(socket, "subscribe", s);
        hlx_tell_first(socket, &socket->subscriptions[socket->count - 1]);
    }
}

static void unsubscribe(hlx_socket *socket, const hlx_subscription *s)
{
    int at = find(socket, s);
    if (at < 0) {
        send_error(socket, "Already unsubscribed: %s", s->text);
        return;
    }
    socket->exchange->coins[s->market].trade_listeners -= s->type == HLX_TRADES;
    socket->exchange->listeners[s->type]--;
    socket->subscriptions[at] = socket->subscriptions[--socket->count];
    acknowledge(socket, "unsubscribe", s);
}

void hlx_unsubscribe_all(hlx_socket *socket)
{
    for (int i = 0; i < socket->count; i++) {
        const hlx_subscription *s = &socket->subscriptions[i];
        socket->exchange->coins[s->market].trade_listeners -= s->type == HLX_TRADES;
        socket->exchange->listeners[s->type]--;
    }
    socket->count = 0;
}

/* ---- posts ---- */

static bool take_post(hlx_socket *socket, cJSON *json)
{
    pg_hl_exchange *e = socket->exchange;
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "id");
    cJSON *request = cJSON_GetObjectItemCaseSensitive(json, "request");
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(request, "type");
    const cJSON *payload = cJSON_GetObjectItemCaseSensitive(request, "payload");
    bool action = cJSON_IsString(type) && strcmp(type->valuestring, "action") == 0;
    bool info = cJSON_IsString(type) && strcmp(type->valuestring, "info") == 0;
    if (!cJSON_IsNumber(id) || !(id->valuedouble >= 0 && id->valuedouble < 1e15) || !(action || info) ||
        !cJSON_IsObject(payload))
        return false;
    hlx_reply reply = { .socket = socket, .id = id->valuedouble, .is_post = true };
    reply.fault = pg_faults_next(e->config.faults, "post");
    if (reply.fault && reply.fault->kind == PG_FAULT_STATUS)
        hlx_refuse(e, &reply, reply.fault->code, reply.fault->text[0] ? reply.fault->text : "null");
    else if (info)
        hlx_info(e, &reply, payload);
    else
        hlx_action(e, &reply, cJSON_DetachItemFromObjectCaseSensitive(request, "payload"));
    return true;
}

/* ---- frames ---- */

/* False: no request that the server knows. */
static bool take(hlx_socket *socket, cJSON *json)
{
    const cJSON *method = cJSON_GetObjectItemCaseSensitive(json, "method");
    const char *name = cJSON_IsString(method) ? method->valuestring : "";
    hlx_subscription s;
    if (strcmp(name, "ping") == 0) {
        static const char pong[] = "{\"channel\":\"pong\"}";
        hlx_send(socket, "pong", pong, sizeof pong - 1);
        return true;
    }
    if (strcmp(name, "post") == 0)
        return take_post(socket, json);
    bool wanted = strcmp(name, "subscribe") == 0;
    if (!wanted && strcmp(name, "unsubscribe") != 0)
        return false;
    switch (read_subscription(&s, socket->exchange, cJSON_GetObjectItemCaseSensitive(json, "subscription"))) {
    case NO_SUBSCRIPTION: return false;
    case CLOSES: /* what the venue does with a coin that it does not know: no frame, the connection is gone */
        pg_exchange_link_close(&socket->link, true);
        return true;
    case READ: break;
    }
    if (wanted)
        subscribe(socket, &s);
    else
        unsubscribe(socket, &s);
    return true;
}

void hlx_text(hlx_socket *socket, char *text, size_t size)
{
    cJSON *json = cJSON_ParseWithLength(text, size);
    if (!cJSON_IsObject(json) || !take(socket, json))
        send_error(socket, "Error parsing JSON into valid websocket request: %s", text);
    cJSON_Delete(json);
}

void hlx_refuse_message(hlx_socket *socket)
{
    send_error(socket, "%s", "Too many messages: at most 2000 a minute.");
}
