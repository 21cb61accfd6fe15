/* The built-in exchange over real sockets on loopback, with clients: for tests of it and of what trades on it.
 *
 * The clock stands still unless a test moves it, and the markets do what a test pushes. Coins: BTC (asset 0, prices of
 * one decimal, sizes of five) and ETH (asset 1, two and four). Traders 0 to 2 have 100,000 USD each, 3 has no account. */
#ifndef PG_TESTS_SUPPORT_EXCHANGE_H
#define PG_TESTS_SUPPORT_EXCHANGE_H

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/http.h"
#include "net/socket.h"
#include "sim/exchange_hyperliquid.h"
#include "venue/hyperliquid/sign.h"

enum { EXCHANGE_TRADERS = 4, EXCHANGE_FRAMES = 4096, EXCHANGE_BTC = 0, EXCHANGE_ETH = 1, EXCHANGE_WAIT_MS = 10000 };

#define EXCHANGE_START_NS 1790000000000000000

typedef struct {
    pg_loop *loop;
    pg_http *http;
    pg_hl_exchange *server;
    pg_exchange *core;
    pg_faults *faults;
    pg_secp256k1 *curve;
    pg_secret *secret[EXCHANGE_TRADERS];
    pg_hl_signer signer[EXCHANGE_TRADERS];
    char address[EXCHANGE_TRADERS][PG_ADDRESS_TEXT];
    int64_t now_ns;
    uint64_t nonce;
    int64_t timeout_ms; /* of HTTP */
    bool answered;
    int code;
    char *body; /* of the last HTTP answer */
} exchange_test;

static inline void exchange_check(pg_status status, const pg_error *err)
{
    if (status != PG_OK)
        fprintf(stderr, "%s\n", err->what);
    PG_ASSERT(status == PG_OK);
}

static inline void exchange_keys(exchange_test *t)
{
    pg_error err = { 0 };
    exchange_check(pg_secp256k1_new(&t->curve, &err), &err);
    for (int i = 0; i < EXCHANGE_TRADERS; i++) {
        char key[65];
        snprintf(key, sizeof key, "%063d%d", 0, i + 1);
        exchange_check(pg_secret_from_hex(&t->secret[i], 32, key, 64, &err), &err);
        exchange_check(pg_hl_signer_init(&t->signer[i], t->curve, t->secret[i], &err), &err);
        pg_address_format(t->address[i], &t->signer[i].address);
    }
}

/* The settings of exchange_open, to be changed before exchange_open_with. */
static inline pg_hl_exchange_config exchange_config(exchange_test *t)
{
    static const pg_hl_exchange_coin coins[] = { { .name = "BTC", .size_decimals = 5 },
                                                 { .name = "ETH", .size_decimals = 4, .max_leverage = 25 } };
    memset(t, 0, sizeof *t);
    t->now_ns = EXCHANGE_START_NS;
    t->timeout_ms = 5000;
    return (pg_hl_exchange_config){ .seed = 1,
                                    .clock = pg_clock_virtual(&t->now_ns),
                                    .network = PG_HL_TESTNET,
                                    .coins = coins,
                                    .coin_count = 2,
                                    .play_ms = -1 };
}

static inline void exchange_open_with(exchange_test *t, pg_hl_exchange_config *config)
{
    pg_error err = { 0 };
    pg_hl_exchange_fund funds[EXCHANGE_TRADERS - 1];
    exchange_keys(t);
    t->nonce = EXCHANGE_START_NS / 1000000;
    for (int i = 0; i < EXCHANGE_TRADERS - 1; i++)
        funds[i] = (pg_hl_exchange_fund){ t->address[i], 100000 };
    config->funds = funds;
    config->fund_count = EXCHANGE_TRADERS - 1;
    exchange_check(pg_faults_new(&t->faults, 1, &err), &err);
    config->faults = t->faults;
    exchange_check(pg_loop_new(&t->loop, &err), &err);
    exchange_check(pg_hl_exchange_new(&t->server, t->loop, config, &err), &err);
    exchange_check(pg_http_new(&t->http, t->loop, &err), &err);
    t->core = pg_hl_exchange_core(t->server);
}

static inline void exchange_open(exchange_test *t)
{
    pg_hl_exchange_config config = exchange_config(t);
    exchange_open_with(t, &config);
}

static inline void exchange_close(exchange_test *t)
{
    pg_http_free(t->http);
    pg_hl_exchange_free(t->server);
    pg_loop_free(t->loop);
    pg_faults_free(t->faults);
    for (int i = 0; i < EXCHANGE_TRADERS; i++)
        pg_secret_free(t->secret[i]);
    pg_secp256k1_free(t->curve);
    free(t->body);
}

/* ---- the market ---- */

static inline void exchange_level(exchange_test *t, int market, int side, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = PG_EVENT_LEVEL, .side = (uint8_t)side, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_hl_exchange_push(t->server, market, &event, 1);
}

static inline void exchange_print(exchange_test *t, int market, int aggressor, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = PG_EVENT_TRADE, .side = (uint8_t)aggressor, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_hl_exchange_push(t->server, market, &event, 1);
}

/* ETH: bids of 10 at 3000.0, 2999.9, 2999.8, asks of 10 at 3000.2, 3000.3, 3000.4. Prices in cents, sizes in 1e-4. */
static inline void exchange_fill_book(exchange_test *t)
{
    for (int i = 0; i < 3; i++) {
        exchange_level(t, EXCHANGE_ETH, PG_BUY, 300000 - 10 * i, 100000);
        exchange_level(t, EXCHANGE_ETH, PG_SELL, 300020 + 10 * i, 100000);
    }
}

/* ---- HTTP ---- */

static inline void exchange_done(void *self, const pg_http_answer *answer)
{
    exchange_test *t = self;
    free(t->body);
    t->code = answer->code;
    t->body = malloc(answer->size + 1);
    PG_ASSERT(t->body);
    if (answer->body)
        memcpy(t->body, answer->body, answer->size);
    t->body[answer->body ? answer->size : 0] = '\0';
    t->answered = true;
    pg_loop_stop(t->loop);
}

/* Posts a text; the answer is in t->code (0: none came) and t->body. */
static inline void exchange_post(exchange_test *t, const char *path, const char *body, size_t size)
{
    char url[128];
    const char *headers[] = { "Content-Type: application/json" };
    pg_error err = { 0 };
    snprintf(url, sizeof url, "%s%s", pg_hl_exchange_url(t->server), path);
    pg_http_request request = {
        .url = url, .body = body, .size = size, .headers = headers, .header_count = 1, .timeout_ms = t->timeout_ms
    };
    t->answered = false;
    exchange_check(pg_http_send(t->http, &request, t, exchange_done, &err), &err);
    for (double until = pg_clock_elapsed() + EXCHANGE_WAIT_MS * 1e-3; !t->answered && pg_clock_elapsed() < until;)
        pg_loop_run_for(t->loop, EXCHANGE_WAIT_MS); /* frames on sockets end it, too */
    PG_ASSERT(t->answered);
}

/* The answer to an info request; the caller deletes it. NULL: no JSON. */
static inline cJSON *exchange_info(exchange_test *t, const char *request)
{
    exchange_post(t, "/info", request, strlen(request));
    return t->code == 200 ? cJSON_Parse(t->body) : NULL;
}

static inline pg_hl_envelope exchange_envelope(exchange_test *t)
{
    return (pg_hl_envelope){ .network = PG_HL_TESTNET, .nonce = ++t->nonce };
}

static inline cJSON *exchange_send(exchange_test *t, int trader, const pg_hl_action *action,
                                   const pg_hl_envelope *envelope)
{
    pg_hl_signed made = { 0 };
    pg_text body = { 0 };
    pg_error err = { 0 };
    exchange_check(pg_hl_sign(&made, &t->signer[trader], action, envelope, &err), &err);
    exchange_check(pg_hl_body(&body, &made, &err), &err);
    exchange_post(t, "/exchange", body.data, body.length);
    pg_text_free(&body);
    pg_hl_signed_free(&made);
    return cJSON_Parse(t->body);
}

/* Signs and posts; the caller deletes the answer. */
static inline cJSON *exchange_act(exchange_test *t, int trader, const pg_hl_action *action)
{
    pg_hl_envelope envelope = exchange_envelope(t);
    return exchange_send(t, trader, action, &envelope);
}

/* ---- orders ---- */

static inline pg_hl_order exchange_limit(int64_t asset, bool is_buy, const char *price, const char *size, pg_hl_tif tif)
{
    return (pg_hl_order){ .asset = asset, .is_buy = is_buy, .price = price, .size = size, .tif = tif };
}

/* The i-th status of an answer; NULL when there is none. */
static inline const cJSON *exchange_status(const cJSON *answer, int i)
{
    const cJSON *response = cJSON_GetObjectItemCaseSensitive(answer, "response");
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(response, "data");
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(data, "statuses"), i);
}

/* Places one order. Returns its id, or 0 with the error's text in error[size]. */
static inline uint64_t exchange_place(exchange_test *t, int trader, const pg_hl_order *order, char *error, size_t size)
{
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = order, .count = 1 } };
    cJSON *answer = exchange_act(t, trader, &action);
    const cJSON *status = exchange_status(answer, 0);
    const cJSON *wrong = cJSON_GetObjectItemCaseSensitive(status, "error");
    const cJSON *whole = cJSON_GetObjectItemCaseSensitive(answer, "response");
    const cJSON *placed = cJSON_GetObjectItemCaseSensitive(status, "resting");
    if (!placed)
        placed = cJSON_GetObjectItemCaseSensitive(status, "filled");
    const cJSON *oid = cJSON_GetObjectItemCaseSensitive(placed, "oid");
    if (error)
        snprintf(error, size, "%s", wrong ? wrong->valuestring : cJSON_IsString(whole) ? whole->valuestring : "");
    uint64_t id = oid ? (uint64_t)oid->valuedouble : 0;
    cJSON_Delete(answer);
    return id;
}

static inline uint64_t exchange_order(exchange_test *t, int trader, bool is_buy, const char *price, const char *size,
                                      pg_hl_tif tif)
{
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, is_buy, price, size, tif);
    return exchange_place(t, trader, &order, NULL, 0);
}

static inline int exchange_account(const exchange_test *t, int trader)
{
    return pg_exchange_find_account(t->core, t->address[trader]);
}

static inline int64_t exchange_position(const exchange_test *t, int trader)
{
    pg_exchange_position position;
    pg_exchange_get_position(&position, t->core, exchange_account(t, trader), EXCHANGE_ETH);
    return position.quantity;
}

/* ---- sockets ---- */

typedef struct {
    exchange_test *test;
    pg_socket *socket;
    char *frames[EXCHANGE_FRAMES];
    int count, next; /* next: the first that nobody has asked for */
    int opens, closes;
} exchange_client;

static inline void exchange_client_opened(void *self)
{
    exchange_client *c = self;
    c->opens++;
    pg_loop_stop(c->test->loop);
}

static inline void exchange_client_text(void *self, char *text, size_t size, int64_t received_ns)
{
    exchange_client *c = self;
    (void)received_ns;
    PG_ASSERT(c->count < EXCHANGE_FRAMES);
    char *copy = malloc(size + 1);
    PG_ASSERT(copy);
    memcpy(copy, text, size + 1);
    c->frames[c->count++] = copy;
    pg_loop_stop(c->test->loop);
}

static inline void exchange_client_closed(void *self, const char *why, int64_t retry_ms)
{
    exchange_client *c = self;
    (void)why;
    (void)retry_ms;
    c->closes++;
    pg_loop_stop(c->test->loop);
}

static inline void exchange_client_open(exchange_client *c, exchange_test *t)
{
    char url[128];
    pg_error err = { 0 };
    memset(c, 0, sizeof *c);
    c->test = t;
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/ws", pg_hl_exchange_port(t->server));
    pg_socket_config config = { .url = url, .ping_ms = 60000, .seed = 1 };
    pg_socket_handler handler = {
        .self = c, .opened = exchange_client_opened, .text = exchange_client_text, .closed = exchange_client_closed
    };
    exchange_check(pg_socket_new(&c->socket, t->loop, &config, handler, &err), &err);
    for (int i = 0; i < 100 && c->opens == 0; i++)
        pg_loop_run_for(t->loop, 100);
    PG_ASSERT(c->opens == 1);
}

static inline void exchange_client_close(exchange_client *c)
{
    pg_socket_free(c->socket);
    for (int i = 0; i < c->count; i++)
        free(c->frames[i]);
}

static inline void exchange_client_send(exchange_client *c, const char *text)
{
    pg_error err = { 0 };
    exchange_check(pg_socket_send(c->socket, text, strlen(text), &err), &err);
}

/* The next frame of a channel that has not been looked at, waiting for it; what is before it is passed over. The caller
 * deletes it. NULL: none came in ms. */
static inline cJSON *exchange_client_wait_for(exchange_client *c, const char *channel, int64_t ms)
{
    double until = pg_clock_elapsed() + (double)ms * 1e-3;
    for (;;) {
        while (c->next < c->count) {
            cJSON *frame = cJSON_Parse(c->frames[c->next++]);
            const cJSON *name = cJSON_GetObjectItemCaseSensitive(frame, "channel");
            if (cJSON_IsString(name) && strcmp(name->valuestring, channel) == 0)
                return frame;
            cJSON_Delete(frame);
        }
        double left = until - pg_clock_elapsed();
        if (left <= 0)
            return NULL;
        pg_loop_run_for(c->test->loop, (int64_t)(left * 1e3) + 1);
    }
}

static inline cJSON *exchange_client_wait(exchange_client *c, const char *channel)
{
    return exchange_client_wait_for(c, channel, EXCHANGE_WAIT_MS);
}

/* Subscribes, and waits for the acknowledgement. `what`: the subscription's members. */
static inline void exchange_client_subscribe(exchange_client *c, const char *what)
{
    char text[512];
    snprintf(text, sizeof text, "{\"method\":\"subscribe\",\"subscription\":{%s}}", what);
    exchange_client_send(c, text);
    cJSON *answer = exchange_client_wait(c, "subscriptionResponse");
    PG_ASSERT(answer);
    cJSON_Delete(answer);
}

#endif
