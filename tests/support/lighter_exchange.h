/* The built-in Lighter exchange over real sockets on loopback, with clients: for tests of it and of what trades on it.
 *
 * The clock stands still unless a test moves it, and the markets do what a test pushes. Markets: BTC (id 1, prices of one
 * decimal, sizes of five) and ETH (id 0, two and four). Traders 0 to 2 are the accounts 10, 11 and 12 with 100,000 USDC
 * each and an API key 5; trader 0 is premium, 1 standard, 2 plus. Trader 3 has a key, but no account. */
#ifndef PG_TESTS_SUPPORT_LIGHTER_EXCHANGE_H
#define PG_TESTS_SUPPORT_LIGHTER_EXCHANGE_H

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/address.h"
#include "crypto/hex.h"
#include "net/http.h"
#include "net/socket.h"
#include "sim/exchange_lighter.h"
#include "venue/lighter/sign.h"

enum { LI_TRADERS = 4, LI_FRAMES = 4096, LI_BTC = 0, LI_ETH = 1, LI_ETH_ID = 0, LI_KEY = 5, LI_WAIT_MS = 10000 };

#define LI_START_NS 1790000000000000000
#define LI_FORM     65536

typedef struct {
    pg_loop *loop;
    pg_http *http;
    pg_lighter_exchange *server;
    pg_exchange *core;
    pg_faults *faults;
    pg_secp256k1 *curve;
    pg_secret *owner; /* the Ethereum key of trader 0's account */
    pg_scalar5 key[LI_TRADERS];
    char public_key[LI_TRADERS][81];
    int64_t nonce[LI_TRADERS];
    int64_t client; /* client_order_index of the last order */
    int64_t now_ns;
    uint32_t chain_id; /* what is signed for */
    int64_t timeout_ms;
    bool answered;
    int code;
    char *body;                       /* of the last HTTP answer */
    char token[PG_LIGHTER_TOKEN_MAX]; /* shown with each request; "": none */
} li_test;

static inline void li_check(pg_status status, const pg_error *err)
{
    if (status != PG_OK)
        fprintf(stderr, "%s\n", err->what);
    PG_ASSERT(status == PG_OK);
}

static inline int64_t li_account_index(int trader)
{
    return 10 + trader;
}

static inline int64_t li_now_ms(const li_test *t)
{
    return t->now_ns / 1000000;
}

static inline void li_make_key(pg_scalar5 *key, char text[81], int number)
{
    uint8_t seed[PG_SCHNORR_SEED_MIN] = { (uint8_t)number, 7 }, bytes[PG_SCHNORR_KEY_BYTES];
    pg_error err = { 0 };
    li_check(pg_schnorr_key_from_seed(key, seed, sizeof seed, &err), &err);
    pg_schnorr_public_key(bytes, key);
    pg_hex_encode(text, bytes, sizeof bytes);
}

/* The settings of li_open, to be changed before li_open_with. */
static inline pg_lighter_exchange_config li_config(li_test *t)
{
    static const pg_lighter_exchange_market markets[] = {
        { .name = "BTC", .id = -1, .price_decimals = 1, .min_size = 20 },
        { .name = "ETH", .id = -1, .price_decimals = 2, .min_size = 50, .min_fraction = 400 }
    };
    memset(t, 0, sizeof *t);
    t->now_ns = LI_START_NS;
    t->timeout_ms = 5000;
    t->chain_id = PG_LIGHTER_TESTNET;
    return (pg_lighter_exchange_config){ .seed = 1,
                                         .clock = pg_clock_virtual(&t->now_ns),
                                         .markets = markets,
                                         .market_count = 2,
                                         .play_ms = -1,
                                         .book_ms = -1,
                                         .no_delays = true };
}

static inline void li_open_with(li_test *t, pg_lighter_exchange_config *config)
{
    static const pg_lighter_tier tiers[] = { PG_LIGHTER_PREMIUM, PG_LIGHTER_STANDARD, PG_LIGHTER_PLUS };
    pg_error err = { 0 };
    pg_lighter_exchange_fund funds[LI_TRADERS - 1];
    uint8_t point[64];
    char hex[65];
    snprintf(hex, sizeof hex, "%063d%d", 0, 1);
    li_check(pg_secp256k1_new(&t->curve, &err), &err);
    li_check(pg_secret_from_hex(&t->owner, 32, hex, 64, &err), &err);
    li_check(pg_secp256k1_public_key(point, t->curve, t->owner, &err), &err);
    pg_address address = pg_address_of_key(point);
    for (int i = 0; i < LI_TRADERS; i++)
        li_make_key(&t->key[i], t->public_key[i], i + 1);
    for (int i = 0; i < LI_TRADERS - 1; i++) {
        funds[i] =
            (pg_lighter_exchange_fund){ .index = li_account_index(i), .tier = tiers[i], .key_count = 1, .usd = 100000 };
        funds[i].keys[0].index = LI_KEY;
        memcpy(funds[i].keys[0].public_key, t->public_key[i], 81);
    }
    pg_address_format(funds[0].l1_address, &address);
    config->funds = funds;
    config->fund_count = LI_TRADERS - 1;
    li_check(pg_faults_new(&t->faults, 1, &err), &err);
    config->faults = t->faults;
    li_check(pg_loop_new(&t->loop, &err), &err);
    li_check(pg_lighter_exchange_new(&t->server, t->loop, config, &err), &err);
    li_check(pg_http_new(&t->http, t->loop, &err), &err);
    t->core = pg_lighter_exchange_core(t->server);
}

static inline void li_open(li_test *t)
{
    pg_lighter_exchange_config config = li_config(t);
    li_open_with(t, &config);
}

static inline void li_close(li_test *t)
{
    pg_http_free(t->http);
    pg_lighter_exchange_free(t->server);
    pg_loop_free(t->loop);
    pg_faults_free(t->faults);
    pg_secret_free(t->owner);
    pg_secp256k1_free(t->curve);
    free(t->body);
}

static inline void li_step(li_test *t, int64_t ms)
{
    t->now_ns += ms * 1000000;
    pg_lighter_exchange_step(t->server);
}

static inline int li_account(li_test *t, int trader)
{
    return pg_lighter_exchange_account(t->server, li_account_index(trader));
}

static inline int64_t li_position(li_test *t, int trader)
{
    pg_exchange_position position;
    pg_exchange_get_position(&position, t->core, li_account(t, trader), LI_ETH);
    return position.quantity;
}

/* ---- the market ---- */

static inline void li_level(li_test *t, int market, int side, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = PG_EVENT_LEVEL, .side = (uint8_t)side, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_lighter_exchange_push(t->server, market, &event, 1);
}

static inline void li_print(li_test *t, int market, int aggressor, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = PG_EVENT_TRADE, .side = (uint8_t)aggressor, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_lighter_exchange_push(t->server, market, &event, 1);
}

/* ETH: bids of 10 at 3000.00, 2999.90, 2999.80, asks of 10 at 3000.20, 3000.30, 3000.40. */
static inline void li_fill_book(li_test *t)
{
    for (int i = 0; i < 3; i++) {
        li_level(t, LI_ETH, PG_BUY, 300000 - 10 * i, 100000);
        li_level(t, LI_ETH, PG_SELL, 300020 + 10 * i, 100000);
    }
}

/* ---- HTTP ---- */

static inline void li_done(void *self, const pg_http_answer *answer)
{
    li_test *t = self;
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

/* form NULL: GET. The answer is in t->code (0: none came) and t->body; as JSON it is the caller's to delete. */
static inline cJSON *li_request(li_test *t, const char *path, const char *form)
{
    char url[1024], header[PG_LIGHTER_TOKEN_MAX + 32];
    const char *headers[] = { "Content-Type: application/x-www-form-urlencoded", header };
    pg_error err = { 0 };
    snprintf(url, sizeof url, "%s%s", pg_lighter_exchange_url(t->server), path);
    snprintf(header, sizeof header, "Authorization: %s", t->token);
    pg_http_request request = { .url = url,
                                .body = form,
                                .size = form ? strlen(form) : 0,
                                .headers = headers,
                                .header_count = t->token[0] ? 2 : 1,
                                .timeout_ms = t->timeout_ms };
    t->answered = false;
    li_check(pg_http_send(t->http, &request, t, li_done, &err), &err);
    for (double until = pg_clock_elapsed() + LI_WAIT_MS * 1e-3; !t->answered && pg_clock_elapsed() < until;)
        pg_loop_run_for(t->loop, LI_WAIT_MS); /* frames on sockets end it, too */
    PG_ASSERT(t->answered);
    return cJSON_Parse(t->body);
}

static inline cJSON *li_get(li_test *t, const char *path)
{
    return li_request(t, path, NULL);
}

static inline const cJSON *li_member(const cJSON *json, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(json, name);
}

static inline const char *li_text(const cJSON *json, const char *name)
{
    const cJSON *item = li_member(json, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static inline int li_code(const cJSON *json)
{
    const cJSON *code = li_member(json, "code");
    return cJSON_IsNumber(code) ? code->valueint : -1;
}

static inline void li_log_in(li_test *t, int trader)
{
    pg_error err = { 0 };
    li_check(pg_lighter_token(t->token, t->now_ns / 1000000000 + 3600, li_account_index(trader), LI_KEY,
                              &t->key[trader], &err),
             &err);
}

/* ---- transactions ---- */

/* Percent-encoded. */
static inline void li_encode(char *out, size_t size, const char *text)
{
    size_t length = 0;
    for (; *text && length + 4 < size; text++) {
        bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9');
        length += (size_t)snprintf(out + length, size - length, plain ? "%c" : "%%%02X", (unsigned char)*text);
    }
    out[length] = '\0';
}

/* Account, key, times and the next nonce of a trader. */
static inline void li_address(li_test *t, int trader, pg_lighter_tx *tx)
{
    bool from = tx->type == PG_LIGHTER_TRANSFER || tx->type == PG_LIGHTER_WITHDRAW;
    tx->value[from ? PG_LIGHTER_FROM_ACCOUNT_INDEX : PG_LIGHTER_ACCOUNT_INDEX] = li_account_index(trader);
    tx->value[PG_LIGHTER_API_KEY_INDEX] = LI_KEY;
    tx->value[PG_LIGHTER_EXPIRED_AT] = li_now_ms(t) + 599000;
    tx->value[PG_LIGHTER_NONCE] = t->nonce[trader];
}

static inline void li_sign(li_test *t, int trader, pg_lighter_signed *made, const pg_lighter_tx *tx)
{
    pg_error err = { 0 };
    li_check(pg_lighter_sign(made, t->chain_id, tx, &t->key[trader], &err), &err);
}

/* Sends a signed text; returns the code of the answer. */
static inline int li_send_text(li_test *t, int type, const char *info)
{
    static char encoded[LI_FORM], form[LI_FORM + 64];
    li_encode(encoded, sizeof encoded, info);
    snprintf(form, sizeof form, "tx_type=%d&tx_info=%s", type, encoded);
    cJSON *answer = li_request(t, "/api/v1/sendTx", form);
    int code = li_code(answer);
    cJSON_Delete(answer);
    return code;
}

/* Signs as it is and sends. The nonce is used up when it is accepted. */
static inline int li_send_as_is(li_test *t, int trader, const pg_lighter_tx *tx)
{
    pg_lighter_signed made;
    li_sign(t, trader, &made, tx);
    int code = li_send_text(t, tx->type, made.text);
    t->nonce[trader] += code == 200;
    return code;
}

static inline int li_send(li_test *t, int trader, pg_lighter_tx *tx)
{
    li_address(t, trader, tx);
    return li_send_as_is(t, trader, tx);
}

/* The same, executed with the next step. Returns the code of the answer or, when it was accepted, of the execution's
 * failure as it is told (its words in t->body); 200 when it was executed. */
static inline int li_do(li_test *t, int trader, pg_lighter_tx *tx)
{
    char path[256];
    int code = li_send(t, trader, tx);
    if (code != 200)
        return code;
    cJSON *answer = cJSON_Parse(t->body);
    snprintf(path, sizeof path, "/api/v1/tx?by=hash&value=%s", li_text(answer, "tx_hash"));
    cJSON_Delete(answer);
    li_step(t, 1);
    answer = li_get(t, path);
    int status = cJSON_IsNumber(li_member(answer, "status")) ? li_member(answer, "status")->valueint : -1;
    cJSON *event = cJSON_Parse(li_text(answer, "event_info"));
    free(t->body);
    t->body = strdup(li_text(event, "ae"));
    cJSON_Delete(event);
    cJSON_Delete(answer);
    return status == 2 ? 200 : status;
}

/* An order of ETH; expiry and client index are filled in. */
static inline pg_lighter_tx li_order(li_test *t, bool ask, int64_t price, int64_t size, int64_t type, int64_t force)
{
    pg_lighter_tx tx = { .type = PG_LIGHTER_CREATE_ORDER };
    tx.value[PG_LIGHTER_MARKET_INDEX] = LI_ETH_ID;
    tx.value[PG_LIGHTER_CLIENT_ORDER_INDEX] = ++t->client;
    tx.value[PG_LIGHTER_BASE_AMOUNT] = size;
    tx.value[PG_LIGHTER_PRICE] = price;
    tx.value[PG_LIGHTER_IS_ASK] = ask;
    tx.value[PG_LIGHTER_TYPE] = type;
    tx.value[PG_LIGHTER_TIME_IN_FORCE] = force;
    tx.value[PG_LIGHTER_ORDER_EXPIRY] = force == 0 && type < 2 ? 0 : li_now_ms(t) + 3600000;
    return tx;
}

enum { LI_IOC, LI_GTT, LI_POST_ONLY };

/* Places a limit order; returns the code. */
static inline int li_limit(li_test *t, int trader, bool ask, int64_t price, int64_t size, int force)
{
    pg_lighter_tx tx = li_order(t, ask, price, size, 0, force);
    return li_do(t, trader, &tx);
}

static inline const pg_exchange_order *li_newest_open(li_test *t, int trader)
{
    const pg_exchange_order *newest = NULL, *order = NULL;
    while ((order = pg_exchange_next_open(t->core, li_account(t, trader), order)))
        newest = order;
    return newest;
}

/* ---- sockets ---- */

typedef struct {
    li_test *test;
    pg_socket *socket;
    char *frames[LI_FRAMES];
    int count, next; /* next: the first that nobody has asked for */
    int opens, closes;
} li_client;

static inline void li_client_opened(void *self)
{
    li_client *c = self;
    c->opens++;
    pg_loop_stop(c->test->loop);
}

static inline void li_client_text(void *self, char *text, size_t size, int64_t received_ns)
{
    li_client *c = self;
    (void)received_ns;
    PG_ASSERT(c->count < LI_FRAMES);
    char *copy = malloc(size + 1);
    PG_ASSERT(copy);
    memcpy(copy, text, size + 1);
    c->frames[c->count++] = copy;
    pg_loop_stop(c->test->loop);
}

static inline void li_client_closed(void *self, const char *why, int64_t retry_ms)
{
    li_client *c = self;
    (void)why;
    (void)retry_ms;
    c->closes++;
    pg_loop_stop(c->test->loop);
}

static inline void li_client_open_at(li_client *c, li_test *t, const char *path)
{
    char url[128];
    pg_error err = { 0 };
    memset(c, 0, sizeof *c);
    c->test = t;
    snprintf(url, sizeof url, "ws://127.0.0.1:%d%s", pg_lighter_exchange_port(t->server), path);
    pg_socket_config config = { .url = url, .ping_ms = 60000, .seed = 1 };
    pg_socket_handler handler = {
        .self = c, .opened = li_client_opened, .text = li_client_text, .closed = li_client_closed
    };
    li_check(pg_socket_new(&c->socket, t->loop, &config, handler, &err), &err);
    for (int i = 0; i < 100 && c->opens == 0; i++)
        pg_loop_run_for(t->loop, 100);
    PG_ASSERT(c->opens == 1);
}

static inline void li_client_open(li_client *c, li_test *t)
{
    li_client_open_at(c, t, "/stream");
}

static inline void li_client_close(li_client *c)
{
    pg_socket_free(c->socket);
    for (int i = 0; i < c->count; i++)
        free(c->frames[i]);
}

static inline void li_client_send(li_client *c, const char *text)
{
    pg_error err = { 0 };
    li_check(pg_socket_send(c->socket, text, strlen(text), &err), &err);
}

/* The next frame of a type that has not been looked at, waiting for it; what is before it is passed over. The caller
 * deletes it. NULL: none came in ms. */
static inline cJSON *li_client_wait_for(li_client *c, const char *type, int64_t ms)
{
    double until = pg_clock_elapsed() + (double)ms * 1e-3;
    for (;;) {
        while (c->next < c->count) {
            cJSON *frame = cJSON_Parse(c->frames[c->next++]);
            if (strcmp(li_text(frame, "type"), type) == 0)
                return frame;
            cJSON_Delete(frame);
        }
        double left = until - pg_clock_elapsed();
        if (left <= 0)
            return NULL;
        pg_loop_run_for(c->test->loop, (int64_t)(left * 1e3) + 1);
    }
}

static inline cJSON *li_client_wait(li_client *c, const char *type)
{
    return li_client_wait_for(c, type, LI_WAIT_MS);
}

/* Subscribes, showing the test's token; returns the first frame of the channel, or the error. */
static inline cJSON *li_client_subscribe(li_client *c, const char *channel)
{
    char text[PG_LIGHTER_TOKEN_MAX + 256], type[64];
    snprintf(text, sizeof text, "{\"type\":\"subscribe\",\"channel\":\"%s\",\"auth\":\"%s\"}", channel, c->test->token);
    snprintf(type, sizeof type, "subscribed/%.*s", (int)strcspn(channel, "/"), channel);
    int before = c->count;
    li_client_send(c, text);
    for (double until = pg_clock_elapsed() + LI_WAIT_MS * 1e-3; pg_clock_elapsed() < until;) {
        for (int i = before; i < c->count; i++) {
            cJSON *frame = cJSON_Parse(c->frames[i]);
            if (strcmp(li_text(frame, "type"), type) == 0 || strcmp(li_text(frame, "type"), "error") == 0) {
                c->next = i + 1;
                return frame;
            }
            cJSON_Delete(frame);
        }
        pg_loop_run_for(c->test->loop, 100);
    }
    return NULL;
}

#endif
