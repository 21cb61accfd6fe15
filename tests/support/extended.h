/* Extended's local exchange over real sockets on loopback, with clients that sign: for tests of it and of what trades on
 * it. The clock stands still unless a test moves it, and the markets do what a test pushes.
 *
 * Markets: BTC-USD (0: tick 1, step 0.00001), ETH-USD (1: tick 0.1, step 0.001) and ODD-USD (2: tick 0.5, step 10).
 * Traders 0 to 2 have 100,000 USD each in the vaults 10001 to 10003. */
#ifndef PG_TESTS_SUPPORT_EXTENDED_H
#define PG_TESTS_SUPPORT_EXTENDED_H

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/hex.h"
#include "net/http.h"
#include "net/socket.h"
#include "sim/exchange_extended.h"
#include "venue/extended/sign_order.h"

enum { EXTENDED_TRADERS = 3, EXTENDED_FRAMES = 4096, EXTENDED_BTC = 0, EXTENDED_ETH = 1, EXTENDED_ODD = 2 };

#define EXTENDED_START_NS 1790000000000000000

typedef struct {
    pg_loop *loop;
    pg_http *http;
    pg_extended_exchange *server;
    pg_exchange *core;
    pg_faults *faults;
    pg_secret *secret[EXTENDED_TRADERS];
    pg_extended_account account[EXTENDED_TRADERS];
    char key_text[EXTENDED_TRADERS][PG_FELT_HEX];
    pg_extended_market market[3];
    int64_t now_ns;
    uint64_t nonce;
    int64_t timeout_ms; /* of HTTP */
    const char *user_agent;
    bool answered;
    int code;
    char *body; /* of the last HTTP answer */
} extended_test;

static inline void extended_check(pg_status status, const pg_error *err)
{
    if (status != PG_OK)
        fprintf(stderr, "%s: %s\n", err->where, err->what);
    PG_ASSERT(status == PG_OK);
}

static inline const char *extended_api_key(int trader)
{
    static const char *const keys[EXTENDED_TRADERS] = { "key-of-0", "key-of-1", "key-of-2" };
    return trader < 0 ? NULL : keys[trader];
}

static inline void extended_keys(extended_test *t, const char *chain)
{
    pg_error err = { 0 };
    pg_felt domain;
    extended_check(pg_extended_domain_hash(&domain, "Perpetuals", "v0", chain, 1, &err), &err);
    for (int i = 0; i < EXTENDED_TRADERS; i++) {
        char key[16];
        snprintf(key, sizeof key, "0x%x", 0x1234567 + i);
        extended_check(pg_stark_key_from_hex(&t->secret[i], key, &err), &err);
        extended_check(pg_extended_account_init(&t->account[i], 10001 + (uint32_t)i, &domain, t->secret[i], NULL, &err),
                       &err);
        pg_felt_to_hex(t->key_text[i], &t->account[i].public_key);
    }
}

/* The rules that a client has of a market: what is signed depends on the ids and resolutions. */
static inline void extended_rules(extended_test *t)
{
    static const struct {
        const char *name, *tick, *step, *least, *id;
    } rules[] = { { "BTC-USD", "1", "0.00001", "0.0001", "0x4254432d3600000000000000000000" },
                  { "ETH-USD", "0.1", "0.001", "0.01", "0x4554482d3600000000000000000000" },
                  { "ODD-USD", "0.5", "10", "100", "0x4f44442d3600000000000000000000" } };
    for (int i = 0; i < 3; i++) {
        pg_extended_market *m = &t->market[i];
        snprintf(m->name, sizeof m->name, "%s", rules[i].name);
        extended_check(pg_exact_parse(&m->price_tick, rules[i].tick, NULL), &(pg_error){ 0 });
        extended_check(pg_exact_parse(&m->size_step, rules[i].step, NULL), &(pg_error){ 0 });
        extended_check(pg_exact_parse(&m->min_size, rules[i].least, NULL), &(pg_error){ 0 });
        extended_check(pg_felt_from_hex(&m->synthetic_id, rules[i].id, NULL), &(pg_error){ 0 });
        extended_check(pg_felt_from_hex(&m->collateral_id, "0x1", NULL), &(pg_error){ 0 });
        m->synthetic_resolution = m->collateral_resolution = 1000000;
    }
}

/* The settings of extended_open, to be changed before extended_open_with. */
static inline pg_extended_exchange_config extended_config(extended_test *t)
{
    static const pg_extended_exchange_market markets[] = {
        { .asset = "BTC", .tick = "1", .step = "0.00001", .min_size = "0.0001" },
        { .asset = "ETH", .tick = "0.1", .step = "0.001", .min_size = "0.01" },
        { .asset = "ODD", .tick = "0.5", .step = "10", .min_size = "100", .max_leverage = 10 },
    };
    memset(t, 0, sizeof *t);
    t->now_ns = EXTENDED_START_NS;
    t->timeout_ms = 5000;
    t->user_agent = "User-Agent: test/1.0";
    return (pg_extended_exchange_config){
        .seed = 1, .clock = pg_clock_virtual(&t->now_ns), .markets = markets, .market_count = 3, .play_ms = -1
    };
}

static inline void extended_open_with(extended_test *t, pg_extended_exchange_config *config)
{
    pg_error err = { 0 };
    pg_extended_exchange_fund funds[EXTENDED_TRADERS];
    extended_keys(t, config->mainnet ? "SN_MAIN" : "SN_SEPOLIA");
    extended_rules(t);
    for (int i = 0; i < EXTENDED_TRADERS; i++)
        funds[i] = (pg_extended_exchange_fund){
            .vault = 10001 + (uint32_t)i, .public_key = t->key_text[i], .api_key = extended_api_key(i), .usd = 100000
        };
    config->funds = funds;
    config->fund_count = EXTENDED_TRADERS;
    extended_check(pg_faults_new(&t->faults, 1, &err), &err);
    config->faults = t->faults;
    extended_check(pg_loop_new(&t->loop, &err), &err);
    extended_check(pg_extended_exchange_new(&t->server, t->loop, config, &err), &err);
    extended_check(pg_http_new(&t->http, t->loop, &err), &err);
    t->core = pg_extended_exchange_core(t->server);
}

static inline void extended_open(extended_test *t)
{
    pg_extended_exchange_config config = extended_config(t);
    extended_open_with(t, &config);
}

static inline void extended_close(extended_test *t)
{
    pg_http_free(t->http);
    pg_extended_exchange_free(t->server);
    pg_loop_free(t->loop);
    pg_faults_free(t->faults);
    for (int i = 0; i < EXTENDED_TRADERS; i++)
        pg_secret_free(t->secret[i]);
    free(t->body);
}

/* ---- the market ---- */

static inline void extended_push(extended_test *t, int market, int kind, int side, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = (uint8_t)kind, .side = (uint8_t)side, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_extended_exchange_push(t->server, market, &event, 1);
}

/* ETH: bids of 10 at 3000.0, 2999.9, 2999.8, asks of 10 at 3000.2, 3000.3, 3000.4; a mark of 3000.1. */
static inline void extended_fill_book(extended_test *t)
{
    for (int i = 0; i < 3; i++) {
        extended_push(t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_BUY, 30000 - i, 10000);
        extended_push(t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_SELL, 30002 + i, 10000);
    }
}

/* Lets time pass and the streams be told. */
static inline void extended_step(extended_test *t, int64_t ms)
{
    t->now_ns += ms * 1000000;
    pg_extended_exchange_step(t->server);
}

/* ---- HTTP ---- */

static inline void extended_done(void *self, const pg_http_answer *answer)
{
    extended_test *t = self;
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

/* A request with an API key (NULL: none); path is behind /api/v1. The answer is in t->code (0: none came) and t->body. */
static inline void extended_call(extended_test *t, const char *method, const char *path, const char *api_key,
                                 const char *body)
{
    char url[512], key[128];
    const char *headers[3] = { t->user_agent, "Content-Type: application/json", key };
    pg_error err = { 0 };
    snprintf(key, sizeof key, "X-Api-Key: %s", api_key ? api_key : "");
    snprintf(url, sizeof url, "%s/api/v1%s", pg_extended_exchange_url(t->server), path);
    pg_http_request request = { .url = url,
                                .method = method,
                                .body = body,
                                .size = body ? strlen(body) : 0,
                                .headers = headers,
                                .header_count = api_key ? 3 : 2,
                                .timeout_ms = t->timeout_ms };
    t->answered = false;
    extended_check(pg_http_send(t->http, &request, t, extended_done, &err), &err);
    for (double until = pg_clock_elapsed() + 10; !t->answered && pg_clock_elapsed() < until;)
        pg_loop_run_for(t->loop, 10000); /* frames on sockets end it, too */
    PG_ASSERT(t->answered);
}

static inline const cJSON *extended_in(const cJSON *json, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(json, name);
}

/* A text or number somewhere in JSON as a text: "data.id", "data.0.price"; "" when it is not there. */
static inline const char *extended_text(const cJSON *json, const char *path)
{
    static char text[2][128];
    static int turn;
    char copy[128], *rest = copy;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *part; (part = strsep(&rest, "."));)
        json = part[0] >= '0' && part[0] <= '9' ? cJSON_GetArrayItem(json, atoi(part)) : extended_in(json, part);
    char *made = text[turn = !turn];
    if (cJSON_IsString(json))
        return json->valuestring;
    if (cJSON_IsNumber(json))
        snprintf(made, sizeof text[0], "%.0f", json->valuedouble);
    else
        snprintf(made, sizeof text[0], "%s", cJSON_IsTrue(json) ? "true" : cJSON_IsFalse(json) ? "false" : "");
    return made;
}

/* The answer to a request of a trader (-1: nobody); the caller deletes it. NULL: no JSON. */
static inline cJSON *extended_ask(extended_test *t, int trader, const char *method, const char *path, const char *body)
{
    extended_call(t, method, path, extended_api_key(trader), body);
    return cJSON_Parse(t->body);
}

static inline cJSON *extended_get(extended_test *t, int trader, const char *path)
{
    return extended_ask(t, trader, "GET", path, NULL);
}

/* The code of an error, 0: none. */
static inline int extended_error(const cJSON *answer)
{
    const cJSON *code = extended_in(extended_in(answer, "error"), "code");
    if (strcmp(extended_text(answer, "status"), "OK") == 0 && !code)
        return 0;
    return code ? (int)code->valuedouble : -1;
}

/* A request of which only its error counts. */
static inline int extended_try(extended_test *t, int trader, const char *method, const char *path, const char *body)
{
    cJSON *answer = extended_ask(t, trader, method, path, body);
    int code = extended_error(answer);
    cJSON_Delete(answer);
    return code;
}

/* ---- orders ---- */

/* A limit order on ETH that is good for an hour. */
static inline pg_extended_order extended_order(extended_test *t, bool buy, const char *price, const char *quantity)
{
    return (pg_extended_order){ .market = &t->market[EXTENDED_ETH],
                                .type = PG_EXTENDED_LIMIT,
                                .side = buy ? PG_EXTENDED_BUY : PG_EXTENDED_SELL,
                                .quantity = quantity,
                                .price = price,
                                .fee = "0.00025",
                                .expiry_ms = (uint64_t)(t->now_ns / 1000000) + 3600000,
                                .nonce = ++t->nonce };
}

/* The signed body of an order of a trader. */
static inline void extended_body(char body[PG_EXTENDED_BODY], pg_extended_signed_order *made, extended_test *t,
                                 int trader, const pg_extended_order *order)
{
    pg_error err = { 0 };
    extended_check(pg_extended_order_sign(made, order, &t->account[trader], true, &err), &err);
    extended_check(pg_extended_order_body(body, PG_EXTENDED_BODY, order, made, &t->account[trader], &err), &err);
}

/* Signs and posts an order: the error, 0: none. Its external id goes to id (NULL: not wanted), its id to *oid, as the
 * core has it. */
static inline int extended_send(extended_test *t, int trader, const pg_extended_order *order, char id[PG_EXTENDED_ID],
                                uint64_t *oid)
{
    char body[PG_EXTENDED_BODY];
    pg_extended_signed_order made;
    extended_body(body, &made, t, trader, order);
    int code = extended_try(t, trader, "POST", "/user/order", body);
    const char *at = strstr(t->body, "\"id\":");
    if (id)
        snprintf(id, PG_EXTENDED_ID, "%s", made.id);
    if (oid)
        *oid = code == 0 && at ? strtoull(at + 5, NULL, 10) - 1790000000000000000u : 0;
    return code;
}

/* Places a plain order on ETH that must be taken; returns its id in the core. */
static inline uint64_t extended_place(extended_test *t, int trader, bool buy, const char *price, const char *quantity)
{
    pg_extended_order order = extended_order(t, buy, price, quantity);
    uint64_t oid;
    int code = extended_send(t, trader, &order, NULL, &oid);
    if (code != 0)
        fprintf(stderr, "%s\n", t->body);
    PG_ASSERT(code == 0 && oid != 0);
    return oid;
}

static inline const pg_exchange_order *extended_find(const extended_test *t, int trader, uint64_t oid)
{
    const pg_exchange_order *order = pg_exchange_find_order(t->core, trader, oid);
    PG_ASSERT(order);
    return order;
}

static inline int64_t extended_position(const extended_test *t, int trader)
{
    pg_exchange_position position;
    pg_exchange_get_position(&position, t->core, trader, EXTENDED_ETH);
    return position.quantity;
}

/* ---- sockets ---- */

typedef struct {
    extended_test *test;
    pg_socket *socket;
    char *frames[EXTENDED_FRAMES];
    int count, next; /* next: the first that nobody has asked for */
    int opens, closes;
    char why[64]; /* of the last close */
} extended_client;

static inline void extended_client_opened(void *self)
{
    extended_client *c = self;
    c->opens++;
    pg_loop_stop(c->test->loop);
}

static inline void extended_client_text(void *self, char *text, size_t size, int64_t received_ns)
{
    extended_client *c = self;
    (void)received_ns;
    PG_ASSERT(c->count < EXTENDED_FRAMES);
    char *copy = malloc(size + 1);
    PG_ASSERT(copy);
    memcpy(copy, text, size + 1);
    c->frames[c->count++] = copy;
    pg_loop_stop(c->test->loop);
}

static inline void extended_client_closed(void *self, const char *why, int64_t retry_ms)
{
    extended_client *c = self;
    (void)retry_ms;
    snprintf(c->why, sizeof c->why, "%s", why);
    c->closes++;
    pg_loop_stop(c->test->loop);
}

/* Connects to a path behind /stream.extended.exchange; whether it was opened. */
static inline bool extended_client_try(extended_client *c, extended_test *t, const char *path, const char *api_key)
{
    char url[256], key[128];
    const char *headers[] = { t->user_agent, key };
    pg_error err = { 0 };
    memset(c, 0, sizeof *c);
    c->test = t;
    snprintf(key, sizeof key, "X-Api-Key: %s", api_key ? api_key : "");
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/stream.extended.exchange%s", pg_extended_exchange_port(t->server),
             path);
    pg_socket_config config = { .url = url,
                                .headers = headers,
                                .header_count = api_key ? 2 : 1,
                                .ping_ms = 60000,
                                .backoff_ms = 60000,
                                .backoff_max_ms = 60000,
                                .seed = 1 };
    pg_socket_handler handler = {
        .self = c, .opened = extended_client_opened, .text = extended_client_text, .closed = extended_client_closed
    };
    extended_check(pg_socket_new(&c->socket, t->loop, &config, handler, &err), &err);
    for (int i = 0; i < 100 && c->opens == 0 && c->closes == 0; i++)
        pg_loop_run_for(t->loop, 100);
    return c->opens == 1;
}

static inline void extended_client_close(extended_client *c)
{
    pg_socket_free(c->socket);
    for (int i = 0; i < c->count; i++)
        free(c->frames[i]);
}

/* The next frame, waiting for it; the caller deletes it. NULL: none came in ms. */
static inline cJSON *extended_client_next(extended_client *c, int64_t ms)
{
    for (double until = pg_clock_elapsed() + (double)ms * 1e-3; c->next == c->count && pg_clock_elapsed() < until;)
        pg_loop_run_for(c->test->loop, ms);
    return c->next < c->count ? cJSON_Parse(c->frames[c->next++]) : NULL;
}

/* The next frame that must come. */
static inline cJSON *extended_client_must(extended_client *c)
{
    cJSON *frame = extended_client_next(c, 5000);
    PG_ASSERT(frame);
    return frame;
}

#endif
