/* What sockets ask Lighter's exchange for: subscriptions, transactions, pings (lighter.md 4). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum { OF_MARKET = 1, OF_ACCOUNT = 2, OF_SECRET = 4, OF_RESOLUTION = 8, OR_ALL = 16, ALL = -1 };
enum { FRAME_TOKENS = 4096, MESSAGES = 200, ID = 128 };

static const struct {
    const char *name;
    int of;
} types[LIX_TYPES] = {
    [LIX_ORDER_BOOK] = { "order_book", OF_MARKET },
    [LIX_TICKER] = { "ticker", OF_MARKET },
    [LIX_TRADE] = { "trade", OF_MARKET },
    [LIX_MARKET_STATS] = { "market_stats", OF_MARKET | OR_ALL },
    [LIX_SPOT_STATS] = { "spot_market_stats", OF_MARKET | OR_ALL },
    [LIX_CANDLE] = { "candle", OF_MARKET | OF_RESOLUTION },
    [LIX_MARK_CANDLE] = { "mark_price_candle", OF_MARKET | OF_RESOLUTION },
    [LIX_HEIGHT] = { "height", 0 },
    [LIX_TRANSACTION] = { "transaction", 0 },
    [LIX_EXECUTED_TRANSACTION] = { "executed_transaction", 0 },
    [LIX_USER_STATS] = { "user_stats", OF_ACCOUNT },
    [LIX_ACCOUNT_ALL] = { "account_all", OF_ACCOUNT },
    [LIX_ACCOUNT_MARKET] = { "account_market", OF_MARKET | OF_ACCOUNT | OF_SECRET },
    [LIX_ACCOUNT_ORDERS] = { "account_orders", OF_MARKET | OF_ACCOUNT | OF_SECRET },
    [LIX_ACCOUNT_ALL_ORDERS] = { "account_all_orders", OF_ACCOUNT | OF_SECRET },
    [LIX_ACCOUNT_ALL_TRADES] = { "account_all_trades", OF_ACCOUNT | OF_SECRET },
    [LIX_ACCOUNT_ALL_POSITIONS] = { "account_all_positions", OF_ACCOUNT | OF_SECRET },
    [LIX_ACCOUNT_ALL_ASSETS] = { "account_all_assets", OF_ACCOUNT | OF_SECRET },
    [LIX_ACCOUNT_SPOT_PRICES] = { "account_spot_avg_entry_prices", OF_ACCOUNT | OF_SECRET },
    [LIX_ACCOUNT_TX] = { "account_tx", OF_ACCOUNT | OF_SECRET },
    [LIX_POOL_DATA] = { "pool_data", OF_ACCOUNT | OF_SECRET },
    [LIX_POOL_INFO] = { "pool_info", OF_ACCOUNT | OF_SECRET },
    [LIX_NOTIFICATION] = { "notification", OF_ACCOUNT | OF_SECRET },
};

const char *lix_type_name(lix_type type)
{
    return types[type].name;
}

/* ---- what the server says about requests ---- */

static void send_frame(lix_socket *socket, const char *channel)
{
    pg_text *frame = &socket->exchange->frame;
    if (!frame->failed)
        pg_exchange_link_send(&socket->link, channel, frame->data, frame->length);
}

/* detail: put behind the words; "". */
static void send_error(lix_socket *socket, int code, const char *detail)
{
    pg_text *frame = &socket->exchange->frame;
    char words[256];
    snprintf(words, sizeof words, "%s%s%s", lix_words(code), detail[0] ? " : " : "", detail);
    lix_empty(frame);
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "type", "error");
    pg_json_integer(frame, "code", code);
    pg_json_string(frame, "message", words);
    pg_json_close(frame, '}');
    send_frame(socket, "error");
}

/* ---- subscriptions ---- */

/* A number without a sign up to '/' or the end; behind it. NULL: there is none. */
static const char *read_part(const char *at, int64_t *value)
{
    size_t digits = strspn(at, "0123456789");
    *value = 0;
    if (digits == 0 || digits > 16 || (at[digits] != '\0' && at[digits] != '/'))
        return NULL;
    for (size_t i = 0; i < digits; i++)
        *value = 10 * *value + (at[i] - '0');
    return at[digits] ? at + digits + 1 : at + digits;
}

static const char *read_market(const pg_lighter_exchange *e, lix_subscription *s, const char *at)
{
    int64_t id;
    if ((types[s->type].of & OR_ALL) && strcmp(at, "all") == 0) {
        s->market = ALL;
        return at + 3;
    }
    at = read_part(at, &id);
    s->market = at ? lix_find_market(e, id) : -1;
    return s->market >= 0 && s->type != LIX_SPOT_STATS ? at : NULL;
}

/* "order_book/0", "account_orders/0/12", "candle/0/1m". 0 or a code. */
static int read_channel(const pg_lighter_exchange *e, lix_subscription *s, const char *text)
{
    size_t length = strcspn(text, "/");
    int64_t index;
    *s = (lix_subscription){ .type = LIX_TYPES };
    for (int i = 0; i < LIX_TYPES; i++)
        if (strlen(types[i].name) == length && memcmp(types[i].name, text, length) == 0)
            s->type = (lix_type)i;
    if (s->type == LIX_TYPES)
        return LIX_INVALID_CHANNEL;
    const char *at = text[length] ? text + length + 1 : text + length;
    int of = types[s->type].of;
    if (of & OF_MARKET)
        at = read_market(e, s, at);
    if (at && (of & OF_RESOLUTION)) {
        s->minutes = lix_minutes(at);
        at = s->minutes > 0 && s->minutes < PG_EXCHANGE_WEEK ? at + strlen(at) : NULL;
    }
    if (at && (of & OF_ACCOUNT)) {
        at = read_part(at, &index);
        s->account = at ? lix_find_account(e, index) : NULL;
        at = s->account ? at : NULL;
    }
    if (!at || *at != '\0' || strlen(text) >= sizeof s->channel)
        return LIX_INVALID_CHANNEL;
    for (size_t i = 0; i <= strlen(text); i++)
        s->channel[i] = text[i] == '/' ? ':' : text[i];
    return 0;
}

static int find(const lix_socket *socket, const lix_subscription *s)
{
    for (int i = 0; i < socket->count; i++)
        if (strcmp(socket->subscriptions[i].channel, s->channel) == 0)
            return i;
    return -1;
}

/* Channels of accounts are shown to those who may see them. */
static int check_secret(const lix_socket *socket, const lix_subscription *s, const char *token)
{
    lix_account *who;
    bool secret = (types[s->type].of & OF_SECRET) != 0;
    if (!secret && !token[0])
        return 0;
    if (!s->account)
        return 0;
    int code = lix_check_token(socket->exchange, token, &who);
    return code ? code : lix_may_see(who, s->account) ? 0 : LIX_INVALID_ACCOUNT;
}

static void subscribe(lix_socket *socket, const char *channel, const char *token)
{
    lix_subscription s;
    int code = read_channel(socket->exchange, &s, channel);
    if (code == 0 && find(socket, &s) >= 0)
        code = LIX_ALREADY_SUBSCRIBED;
    if (code == 0)
        code = check_secret(socket, &s, token);
    if (code == 0 && socket->count == LIX_SUBSCRIPTIONS)
        code = LIX_TOO_MANY_SUBSCRIPTIONS;
    if (code) {
        send_error(socket, code,
                   code == LIX_ALREADY_SUBSCRIBED ? s.channel
                   : code == LIX_INVALID_CHANNEL  ? channel
                                                  : "");
        return;
    }
    socket->subscriptions[socket->count++] = s;
    lix_tell_first(socket, &s);
}

static void unsubscribe(lix_socket *socket, const char *channel)
{
    lix_subscription s;
    int code = read_channel(socket->exchange, &s, channel), at = code ? -1 : find(socket, &s);
    if (at < 0) {
        send_error(socket, code ? code : LIX_NOT_SUBSCRIBED, channel);
        return;
    }
    socket->subscriptions[at] = socket->subscriptions[--socket->count];
    pg_text *frame = &socket->exchange->frame;
    lix_empty(frame);
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "type", "unsubscribed");
    pg_json_string(frame, "channel", s.channel);
    pg_json_close(frame, '}');
    send_frame(socket, "unsubscribed");
}

/* ---- transactions ---- */

static void answer_sent(lix_socket *socket, const char *type, const char *id, const lix_outcome *outcome, bool batch,
                        const pg_fault *fault)
{
    pg_lighter_exchange *e = socket->exchange;
    pg_text *frame = &e->frame;
    lix_empty(frame);
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "type", type);
    if (id[0])
        pg_json_string(frame, "id", id);
    pg_json_integer(frame, "code", outcome->code);
    if (outcome->code != LIX_OK) {
        pg_json_string(frame, "message", outcome->words);
    } else if (batch) {
        pg_json_open(frame, "tx_hash", '[');
        for (int i = 0; i < outcome->count; i++)
            pg_json_string(frame, NULL, outcome->hash[i]);
        pg_json_close(frame, ']');
    } else {
        pg_json_string(frame, "tx_hash", outcome->hash[0]);
    }
    if (outcome->code == LIX_OK)
        pg_json_integer(frame, "predicted_execution_time_ms", outcome->execution_ms);
    if (outcome->code == LIX_OK && outcome->quota >= 0)
        pg_json_integer(frame, "volume_quota_remaining", outcome->quota);
    pg_json_close(frame, '}');
    if (!frame->failed)
        pg_exchange_link_transmit(&socket->link, type, frame->data, frame->length, fault);
}

static void send_one(pg_lighter_exchange *e, lix_outcome *outcome, const pg_tokens *json, int data)
{
    lix_sent sent = { .type = -1 };
    int info = pg_tokens_member(json, data, "tx_info");
    *outcome = (lix_outcome){ .code = LIX_INVALID_TX_INFO, .words = lix_words(LIX_INVALID_TX_INFO), .quota = -1 };
    if (!pg_tokens_whole(json, pg_tokens_member(json, data, "tx_type"), &sent.type) || !pg_tokens_is_object(json, info))
        return;
    sent.info = pg_tokens_text(json, info, &sent.size);
    lix_submit(e, outcome, &sent, 1, false, true);
}

static void send_batch(pg_lighter_exchange *e, lix_outcome *outcome, const pg_tokens *json, int data)
{
    int types_at = pg_tokens_member(json, data, "tx_types"), infos_at = pg_tokens_member(json, data, "tx_infos");
    size_t types_size, infos_size;
    *outcome = (lix_outcome){ .code = LIX_INVALID_TX_INFO, .words = lix_words(LIX_INVALID_TX_INFO), .quota = -1 };
    pg_tokens_text(json, types_at, &types_size);
    pg_tokens_text(json, infos_at, &infos_size);
    char *type_text = malloc(types_size + 1), *info_text = malloc(infos_size + 1);
    if (type_text && info_text && pg_tokens_string(json, types_at, type_text, types_size + 1) &&
        pg_tokens_string(json, infos_at, info_text, infos_size + 1))
        lix_submit_batch(e, outcome, type_text, info_text);
    free(type_text);
    free(info_text);
}

static void take_transactions(lix_socket *socket, const pg_tokens *json, bool batch)
{
    pg_lighter_exchange *e = socket->exchange;
    const char *type = batch ? "jsonapi/sendtxbatch" : "jsonapi/sendtx";
    const pg_fault *fault = pg_faults_next(e->config.faults, type);
    int data = pg_tokens_member(json, 0, "data");
    char id[ID] = "";
    lix_outcome outcome = { .code = LIX_TOO_MANY_REQUESTS, .words = lix_words(LIX_TOO_MANY_REQUESTS), .quota = -1 };
    if (!pg_tokens_is_object(json, data) || socket->readonly) {
        send_error(socket, socket->readonly ? LIX_NOT_SUPPORTED : LIX_INVALID_DATA, "");
        return;
    }
    pg_tokens_string(json, pg_tokens_member(json, data, "id"), id, sizeof id);
    if (fault && fault->kind == PG_FAULT_STATUS)
        fault = NULL; /* refused as for a limit, and not done */
    else if (batch)
        send_batch(e, &outcome, json, data);
    else
        send_one(e, &outcome, json, data);
    answer_sent(socket, type, id, &outcome, batch, fault);
}

/* ---- frames ---- */

static void take(lix_socket *socket, const pg_tokens *json)
{
    static const char pong[] = "{\"type\":\"pong\"}";
    char type[32] = "", channel[LIX_CHANNEL] = "", token[512] = "";
    pg_tokens_string(json, pg_tokens_member(json, 0, "type"), type, sizeof type);
    pg_tokens_string(json, pg_tokens_member(json, 0, "channel"), channel, sizeof channel);
    pg_tokens_string(json, pg_tokens_member(json, 0, "auth"), token, sizeof token);
    bool sends = strcmp(type, "jsonapi/sendtx") == 0, batch = strcmp(type, "jsonapi/sendtxbatch") == 0;
    if (sends || batch)
        take_transactions(socket, json, batch);
    else if (!lix_take(socket->exchange, &socket->messages, MESSAGES, 1))
        send_error(socket, LIX_TOO_MANY_MESSAGES, "");
    else if (strcmp(type, "ping") == 0)
        pg_exchange_link_send(&socket->link, "pong", pong, sizeof pong - 1);
    else if (strcmp(type, "subscribe") == 0)
        subscribe(socket, channel, token);
    else if (strcmp(type, "unsubscribe") == 0)
        unsubscribe(socket, channel);
    else if (strcmp(type, "pong") != 0)
        send_error(socket, LIX_INVALID_TYPE, "");
}

void lix_text(lix_socket *socket, char *text, size_t size)
{
    pg_tokens json;
    socket->heard_ns = pg_exchange_now(socket->exchange->core);
    if (pg_tokens_read(&json, text, size, FRAME_TOKENS, NULL) != PG_OK) {
        send_error(socket, LIX_INVALID_JSON, "");
        return;
    }
    if (pg_tokens_is_object(&json, 0))
        take(socket, &json);
    else
        send_error(socket, LIX_INVALID_JSON, "");
    pg_tokens_free(&json);
}
