/* What the exchange refuses, with which words, and what orders, cancels and modifications do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange.h"

static exchange_test t;

static int set_up(void **state)
{
    (void)state;
    exchange_open(&t);
    exchange_fill_book(&t);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    exchange_close(&t);
    return 0;
}

/* ---- answers ---- */

/* The text of an answer's refusal, of the whole or of its i-th element; "" when there is none. */
static const char *refusal(const cJSON *answer, int i)
{
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(answer, "status");
    const cJSON *response = cJSON_GetObjectItemCaseSensitive(answer, "response");
    if (cJSON_IsString(status) && strcmp(status->valuestring, "err") == 0)
        return response->valuestring;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(exchange_status(answer, i), "error");
    return cJSON_IsString(error) ? error->valuestring : "";
}

static void expect_order(int trader, const pg_hl_order *order, const char *words)
{
    char error[256];
    uint64_t oid = exchange_place(&t, trader, order, error, sizeof error);
    if (strcmp(error, words) != 0 || (oid == 0) != (words[0] != '\0'))
        fail_msg("'%s', not '%s': %s", error, words, t.body);
}

static void expect_limit(bool is_buy, const char *price, const char *size, pg_hl_tif tif, const char *words)
{
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, is_buy, price, size, tif);
    expect_order(0, &order, words);
}

static void expect_action(int trader, const pg_hl_action *action, const char *words)
{
    cJSON *answer = exchange_act(&t, trader, action);
    if (strcmp(refusal(answer, 0), words) != 0)
        fail_msg("%s, not '%s'", t.body, words);
    cJSON_Delete(answer);
}

static void cancel(int trader, uint64_t oid, const char *words)
{
    pg_hl_cancel one = { .asset = EXCHANGE_ETH, .oid = oid };
    pg_hl_action action = { .kind = PG_HL_CANCEL, .cancel = { .list = &one, .count = 1 } };
    expect_action(trader, &action, words);
}

static const pg_exchange_order *order_at(uint64_t oid)
{
    const pg_exchange_order *order = pg_exchange_find_order(t.core, exchange_account(&t, 0), oid);
    assert_non_null(order);
    return order;
}

#define DEAD "Order was never placed, already canceled, or filled. asset=1"
#define NOOP ((pg_hl_action){ .kind = PG_HL_NOOP })

/* ---- who and when ---- */

static void expect_noop(int trader, pg_hl_envelope envelope, const char *words)
{
    pg_hl_action action = NOOP;
    cJSON *answer = exchange_send(&t, trader, &action, &envelope);
    if (strcmp(refusal(answer, 0), words) != 0)
        fail_msg("%s, not '%s'", t.body, words);
    cJSON_Delete(answer);
}

static void test_signer(void **state)
{
    char words[128];
    (void)state;
    expect_noop(0, exchange_envelope(&t), "");
    snprintf(words, sizeof words, "User or API Wallet %s does not exist.", t.address[3]);
    expect_noop(3, exchange_envelope(&t), words);
    /* For another chain it is somebody else's signature: a stranger's, each time another. */
    pg_hl_envelope other = exchange_envelope(&t);
    other.network = PG_HL_MAINNET;
    pg_hl_action action = NOOP;
    cJSON *answer = exchange_send(&t, 0, &action, &other);
    assert_non_null(strstr(refusal(answer, 0), "User or API Wallet 0x"));
    assert_null(strstr(refusal(answer, 0), t.address[0]));
    cJSON_Delete(answer);
    pg_hl_envelope vault = exchange_envelope(&t);
    vault.vault = t.address[1];
    snprintf(words, sizeof words, "Vault not registered: %s", t.address[1]);
    expect_noop(0, vault, words);
}

/* What is signed is the canonical text: another form of the same number is a stranger's signature. */
static void test_number_form(void **state)
{
    (void)state;
    pg_hl_envelope envelope = exchange_envelope(&t);
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990.00", "1.0", PG_HL_GTC);
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = &order, .count = 1 } };
    envelope.verbatim = true;
    cJSON *answer = exchange_send(&t, 0, &action, &envelope);
    assert_non_null(strstr(refusal(answer, 0), "does not exist."));
    cJSON_Delete(answer);
}

static void test_changed_after_signing(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_GTC);
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = &order, .count = 1 } };
    pg_hl_signed made = { 0 };
    pg_text body = { 0 };
    pg_hl_envelope envelope = exchange_envelope(&t);
    assert_int_equal(pg_hl_sign(&made, &t.signer[0], &action, &envelope, NULL), PG_OK);
    assert_int_equal(pg_hl_body(&body, &made, NULL), PG_OK);
    char *size = strstr(body.data, "\"s\":\"1\"");
    assert_non_null(size);
    size[5] = '9';
    exchange_post(&t, "/exchange", body.data, body.length);
    assert_non_null(strstr(t.body, "does not exist."));
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 0);
    pg_text_free(&body);
    pg_hl_signed_free(&made);
}

static void test_nonces(void **state)
{
    char words[128];
    uint64_t now_ms = (uint64_t)(t.now_ns / 1000000), past = now_ms - 2ull * 24 * 3600 * 1000;
    pg_hl_envelope envelope = { .network = PG_HL_TESTNET };
    (void)state;
    envelope.nonce = now_ms;
    expect_noop(0, envelope, "");
    snprintf(words, sizeof words, "Invalid nonce: duplicate nonce %llu", (unsigned long long)now_ms);
    expect_noop(0, envelope, words);
    expect_noop(1, envelope, ""); /* another key's */
    snprintf(words, sizeof words, "Invalid nonce: nonce too low %llu < %llu", (unsigned long long)past,
             (unsigned long long)past);
    envelope.nonce = past;
    expect_noop(0, envelope, words);
    envelope.nonce = past + 1;
    expect_noop(0, envelope, "");
    envelope.nonce = now_ms + 24ull * 3600 * 1000;
    cJSON_Delete(exchange_send(&t, 0, &NOOP, &envelope));
    assert_non_null(strstr(t.body, "Invalid nonce: nonce too high"));
    envelope.nonce = now_ms + 24ull * 3600 * 1000 - 1;
    expect_noop(0, envelope, "");
}

/* The 100 highest are kept: within them any order, below them none. */
static void test_nonce_set(void **state)
{
    char words[128];
    uint64_t base = (uint64_t)(t.now_ns / 1000000);
    pg_hl_envelope envelope = { .network = PG_HL_TESTNET };
    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        envelope.nonce = base + 2 * (i % 2 ? 100 - i : i); /* up and down */
        expect_noop(0, envelope, "");
    }
    envelope.nonce = base + 1; /* above the smallest: the smallest goes */
    expect_noop(0, envelope, "");
    envelope.nonce = base;
    snprintf(words, sizeof words, "Invalid nonce: nonce too low %llu < %llu", (unsigned long long)base,
             (unsigned long long)base + 1);
    expect_noop(0, envelope, words);
    envelope.nonce = base + 4;
    snprintf(words, sizeof words, "Invalid nonce: duplicate nonce %llu", (unsigned long long)base + 4);
    expect_noop(0, envelope, words);
}

static void test_expiry(void **state)
{
    (void)state;
    pg_hl_envelope envelope = exchange_envelope(&t);
    envelope.expires_after = (uint64_t)(t.now_ns / 1000000);
    expect_noop(0, envelope, "");
    t.now_ns += 1000000;
    envelope.nonce = ++t.nonce;
    expect_noop(0, envelope, "Action already expired");
}

static void test_bad_bodies(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "{\"action\":{\"type\":\"noop\"}}",
        "{\"action\":{\"type\":\"noop\"},\"nonce\":1.5,\"signature\":{\"r\":\"0x1\",\"s\":\"0x1\",\"v\":27}}",
        "{\"action\":{\"type\":\"noop\"},\"nonce\":1,\"signature\":{\"r\":\"1\",\"s\":\"0x1\",\"v\":27}}",
        "{\"action\":{\"type\":\"noop\"},\"nonce\":1,\"signature\":{\"r\":\"0x1\",\"s\":\"0x1\"}}",
        "{\"action\":{\"type\":\"nothing\"},\"nonce\":1,\"signature\":{\"r\":\"0x1\",\"s\":\"0x1\",\"v\":27}}",
        "{\"action\":{\"type\":\"order\",\"orders\":[],\"grouping\":\"na\"},\"nonce\":1,\"signature\":{\"r\":\"0x1\","
        "\"s\":\"0x1\",\"v\":27}}",
        "{\"action\":{\"type\":\"order\",\"orders\":[{\"a\":1}],\"grouping\":\"na\"},\"nonce\":1,\"signature\":{\"r\":"
        "\"0x1\",\"s\":\"0x1\",\"v\":27}}",
        "{\"action\":{\"type\":\"noop\"},\"nonce\":1,\"vaultAddress\":\"0x12\",\"signature\":{\"r\":\"0x1\",\"s\":"
        "\"0x1\",\"v\":27}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        exchange_post(&t, "/exchange", bad[i], strlen(bad[i]));
        if (t.code != 422 || strcmp(t.body, "Failed to deserialize the JSON body into the target type") != 0)
            fail_msg("%s: %d %s", bad[i], t.code, t.body);
    }
    static const char unrecoverable[] = "{\"action\":{\"type\":\"noop\"},\"nonce\":1,\"signature\":{\"r\":\"0x0\","
                                        "\"s\":\"0x1\",\"v\":27}}";
    exchange_post(&t, "/exchange", unrecoverable, strlen(unrecoverable));
    assert_string_equal(t.body, "{\"status\":\"err\",\"response\":\"Unable to recover signer.\"}");
}

/* ---- refusals of orders ---- */

static void test_refusals(void **state)
{
    (void)state;
    expect_limit(true, "3000.01", "1", PG_HL_GTC, "Price must be divisible by tick size. asset=1");
    expect_limit(true, "3000.001", "1", PG_HL_GTC, "Order has invalid price.");
    expect_limit(true, "0", "1", PG_HL_GTC, "Order has invalid price.");
    expect_limit(true, "3000", "0", PG_HL_GTC, "Order has zero size.");
    expect_limit(true, "3000", "0.00001", PG_HL_GTC, "Order has invalid size.");
    expect_limit(true, "3000", "0.0033", PG_HL_GTC, "Order must have minimum value of $10. asset=1");
    expect_limit(true, "3000", "0.0034", PG_HL_GTC, "");
    expect_limit(true, "3000.2", "1", PG_HL_ALO,
                 "Post only order would have immediately matched, bbo was 3000@3000.2. asset=1");
    expect_limit(false, "3000", "1", PG_HL_ALO,
                 "Post only order would have immediately matched, bbo was 3000@3000.2. asset=1");
    expect_limit(true, "3000.1", "1", PG_HL_IOC,
                 "Order could not immediately match against any resting orders. asset=1");
    expect_limit(true, "5500", "1", PG_HL_IOC,
                 "Order price cannot be more than 80% away from the reference price asset=1");
    expect_limit(true, "500", "1", PG_HL_GTC,
                 "Order price cannot be more than 80% away from the reference price asset=1");
    expect_limit(true, "2900", "700", PG_HL_GTC, "Insufficient margin to place order. asset=1");
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, false, "3001", "1", PG_HL_GTC);
    order.reduce_only = true;
    expect_order(0, &order, "Reduce only order would increase position. asset=1");
    order = exchange_limit(7, true, "3000", "1", PG_HL_GTC);
    expect_order(0, &order, "Order has invalid asset.");
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 1);
}

static void test_after_upgrade(void **state)
{
    (void)state;
    pg_hl_exchange_set_post_only(t.server, true);
    expect_limit(true, "2990", "1", PG_HL_GTC,
                 "Only post-only orders allowed immediately after network upgrade asset=1");
    expect_limit(true, "2990", "1", PG_HL_ALO, "");
    pg_hl_exchange_set_post_only(t.server, false);
    expect_limit(true, "2990", "1", PG_HL_GTC, "");
}

/* One order that is malformed refuses its whole batch by one element; one that its market refuses does not. */
static void test_batches(void **state)
{
    (void)state;
    pg_hl_order orders[] = { exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_ALO),
                             exchange_limit(EXCHANGE_ETH, true, "3001", "1", PG_HL_ALO),
                             exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC) };
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = orders, .count = 3 } };
    cJSON *answer = exchange_act(&t, 0, &action);
    assert_non_null(cJSON_GetObjectItem(exchange_status(answer, 0), "resting"));
    assert_non_null(strstr(refusal(answer, 1), "Post only order"));
    assert_non_null(cJSON_GetObjectItem(exchange_status(answer, 2), "filled"));
    cJSON_Delete(answer);
    orders[1].price = "0";
    answer = exchange_act(&t, 0, &action);
    assert_string_equal(refusal(answer, 0), "Order has invalid price.");
    assert_null(exchange_status(answer, 1));
    cJSON_Delete(answer);
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 1);
}

static void test_cloids(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_ALO);
    order.cloid = "0x00000000000000000000000000000001";
    uint64_t oid = exchange_place(&t, 0, &order, NULL, 0);
    assert_true(oid > 0);
    expect_order(0, &order, "Order has a cloid that is already in use. asset=1");
    expect_order(1, &order, ""); /* another account's */
    pg_hl_cancel one = { .asset = EXCHANGE_ETH, .cloid = order.cloid };
    pg_hl_action action = { .kind = PG_HL_CANCEL_BY_CLOID, .cancel = { .list = &one, .count = 1 } };
    one.asset = EXCHANGE_BTC;
    expect_action(0, &action, "Order was never placed, already canceled, or filled. asset=0");
    one.asset = EXCHANGE_ETH;
    expect_action(0, &action, "");
    expect_action(0, &action, DEAD);
    assert_int_equal(order_at(oid)->reason, PG_EXCHANGE_BY_USER);
    expect_order(0, &order, ""); /* free again */
}

static void test_too_many(void **state)
{
    (void)state;
    enum { LIMIT = 1000, BATCH = 250 };
    static pg_hl_order orders[BATCH];
    for (int i = 0; i < BATCH; i++)
        orders[i] = exchange_limit(EXCHANGE_ETH, true, "2990", "0.01", PG_HL_ALO);
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = orders, .count = BATCH } };
    for (int i = 0; i < LIMIT / BATCH; i++)
        expect_action(0, &action, "");
    expect_limit(true, "2990", "0.01", PG_HL_ALO, "Too many open orders. asset=1");
}

/* ---- orders ---- */

static void test_limit_order(void **state)
{
    (void)state;
    uint64_t oid = exchange_order(&t, 0, true, "3000.2", "12", PG_HL_GTC);
    assert_non_null(strstr(t.body, "resting")); /* 10 at once, 2 rest */
    assert_int_equal(order_at(oid)->remaining, 20000);
    assert_int_equal(exchange_position(&t, 0), 100000);
    cancel(1, oid, DEAD); /* not his */
    cancel(0, oid, "");
    cancel(0, oid, DEAD);
    cancel(0, 1, DEAD);
    assert_int_equal(exchange_position(&t, 0), 100000);
}

static void test_immediate_order(void **state)
{
    (void)state;
    uint64_t oid = exchange_order(&t, 0, true, "3000.3", "25", PG_HL_IOC);
    cJSON *answer = cJSON_Parse(t.body);
    const cJSON *filled = cJSON_GetObjectItem(exchange_status(answer, 0), "filled");
    assert_string_equal(cJSON_GetObjectItem(filled, "totalSz")->valuestring, "20.0");
    assert_string_equal(cJSON_GetObjectItem(filled, "avgPx")->valuestring, "3000.25");
    cJSON_Delete(answer);
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 0);
}

/* The queue ahead goes first, then ours, in parts. */
static void test_partial_fills(void **state)
{
    (void)state;
    uint64_t oid = exchange_order(&t, 0, true, "3000", "5", PG_HL_ALO); /* 10 ahead */
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 300000, 90000);
    assert_int_equal(exchange_position(&t, 0), 0);
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, 300000, 10000);
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 300000, 30000);
    assert_int_equal(exchange_position(&t, 0), 20000);
    assert_int_equal(order_at(oid)->remaining, 30000);
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 299990, 100000); /* through our price */
    assert_int_equal(exchange_position(&t, 0), 50000);
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_FILLED);
    const pg_exchange_fill *fill = pg_exchange_fill_at(t.core, exchange_account(&t, 0), 0);
    assert_int_equal(fill->price, 300000);
    assert_true(fill->maker);
}

static void test_reduce_only(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.2", "3", PG_HL_IOC);
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, false, "3001", "10", PG_HL_GTC);
    order.reduce_only = true;
    uint64_t first = exchange_place(&t, 0, &order, NULL, 0);
    assert_int_equal(order_at(first)->size, 30000); /* no more than the position */
    order.size = "2";
    uint64_t second = exchange_place(&t, 0, &order, NULL, 0);
    assert_int_equal(order_at(second)->status, PG_EXCHANGE_OPEN);
    assert_int_equal(order_at(first)->status, PG_EXCHANGE_CANCELLED); /* the older one, as the sum is too much */
    assert_int_equal(order_at(first)->reason, PG_EXCHANGE_REDUCE_ONLY);
    order = exchange_limit(EXCHANGE_ETH, false, "3000", "0.001", PG_HL_IOC); /* worth 3 dollars */
    order.reduce_only = true;
    expect_order(0, &order, "");
    assert_int_equal(exchange_position(&t, 0), 29990);
}

/* ---- modifications ---- */

static const char *modify(pg_hl_kind kind, uint64_t oid, pg_hl_order order, bool always)
{
    static char words[256];
    pg_hl_modify one = { .name = { .oid = oid }, .order = order };
    pg_hl_action action = { .kind = kind, .modify = { .list = &one, .count = 1, .always_place = always } };
    cJSON *answer = exchange_act(&t, 0, &action);
    snprintf(words, sizeof words, "%s", refusal(answer, 0));
    cJSON_Delete(answer);
    return words;
}

static uint64_t newest_open(void)
{
    const pg_exchange_order *newest = NULL, *order = NULL;
    while ((order = pg_exchange_next_open(t.core, exchange_account(&t, 0), order)))
        newest = order;
    return newest ? newest->oid : 0;
}

static void test_modify(void **state)
{
    (void)state;
    uint64_t oid = exchange_order(&t, 0, true, "2990", "1", PG_HL_ALO);
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2991", "3", PG_HL_GTC);
    assert_string_equal(modify(PG_HL_BATCH_MODIFY, oid, order, false), "");
    uint64_t next = newest_open();
    assert_true(next != 0 && next != oid); /* the id changes */
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(order_at(next)->size, 30000); /* the size is set afresh */
    assert_int_equal(order_at(next)->tif, PG_TIF_ALO);
    assert_string_equal(modify(PG_HL_BATCH_MODIFY, oid, order, false),
                        "Cannot modify canceled or filled order asset=1");
    assert_string_equal(modify(PG_HL_MODIFY, oid, order, false), "Cannot modify canceled or filled order");
    assert_string_equal(modify(PG_HL_MODIFY, next, order, false), "");
    assert_string_equal(t.body, "{\"status\":\"ok\",\"response\":{\"type\":\"default\"}}");
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 1);
}

/* What is wrong with the new order leaves the old one; what its market refuses does not. */
static void test_modify_refused(void **state)
{
    (void)state;
    uint64_t oid = exchange_order(&t, 0, true, "2990", "1", PG_HL_ALO);
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2991.01", "3", PG_HL_GTC);
    assert_string_equal(modify(PG_HL_BATCH_MODIFY, oid, order, false), "Price must be divisible by tick size. asset=1");
    order = exchange_limit(EXCHANGE_ETH, true, "2991", "0.001", PG_HL_GTC);
    assert_string_equal(modify(PG_HL_BATCH_MODIFY, oid, order, false), "Order must have minimum value of $10. asset=1");
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_OPEN);
    order = exchange_limit(EXCHANGE_ETH, true, "3001", "3", PG_HL_GTC);
    assert_string_equal(modify(PG_HL_BATCH_MODIFY, oid, order, false),
                        "Post only order would have immediately matched, bbo was 3000@3000.2. asset=1");
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(exchange_position(&t, 0), 0);
}

static void test_modify_always(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_GTC);
    assert_string_equal(modify(PG_HL_BATCH_MODIFY, 12345, order, true), "");
    assert_int_equal(exchange_position(&t, 0), 10000); /* it may take, and the old one need not be there */
}

static void test_modify_keeps_cloid(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_ALO);
    order.cloid = "0x0000000000000000000000000000000a";
    uint64_t oid = exchange_place(&t, 0, &order, NULL, 0);
    order.price = "2991";
    assert_string_equal(modify(PG_HL_BATCH_MODIFY, oid, order, false), "");
    const pg_exchange_order *found = pg_exchange_find_client(t.core, exchange_account(&t, 0), order.cloid);
    assert_int_equal(found->price, 299100);
    assert_int_equal(found->status, PG_EXCHANGE_OPEN);
}

/* ---- the dead-man's switch, leverage ---- */

static void schedule(int64_t after_ms, const char *words)
{
    pg_hl_action action = { .kind = PG_HL_SCHEDULE_CANCEL };
    action.schedule_cancel.time_ms = after_ms ? t.now_ns / 1000000 + after_ms : 0;
    expect_action(0, &action, words);
}

static void test_schedule_gate(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.2", "1", PG_HL_IOC);
    schedule(60000,
             "Cannot set scheduled cancel time until enough volume traded. Required: $1000000. Traded: $3000.20.");
}

static void test_schedule(void **state)
{
    (void)state;
    pg_hl_exchange_config config;
    exchange_close(&t);
    config = exchange_config(&t);
    config.waive_volume = true;
    exchange_open_with(&t, &config);
    exchange_fill_book(&t);
    schedule(4999, "Scheduled cancel time must be at least 5 seconds from now.");
    uint64_t oid = exchange_order(&t, 0, true, "2990", "1", PG_HL_ALO);
    schedule(5000, "");
    t.now_ns += 4000000000;
    schedule(60000, ""); /* put off */
    t.now_ns += 59000000000;
    pg_hl_exchange_step(t.server);
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_OPEN);
    schedule(0, ""); /* taken away */
    t.now_ns += 100000000000;
    pg_hl_exchange_step(t.server);
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_OPEN);
    for (int i = 0; i < 10; i++) {
        schedule(5000, "");
        t.now_ns += 5000000000;
        pg_hl_exchange_step(t.server);
    }
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(order_at(oid)->reason, PG_EXCHANGE_BY_SCHEDULE);
    schedule(5000, "Scheduled cancel has been triggered too many times today.");
    t.now_ns += 86400000000000;
    t.nonce += 86400000;
    pg_hl_exchange_step(t.server);
    schedule(5000, "");
}

static void set_leverage(int64_t leverage, bool cross, const char *words)
{
    pg_hl_action action = { .kind = PG_HL_UPDATE_LEVERAGE };
    action.margin.asset = EXCHANGE_ETH;
    action.margin.leverage = leverage;
    action.margin.is_cross = cross;
    expect_action(0, &action, words);
}

static void test_leverage(void **state)
{
    (void)state;
    set_leverage(0, true, "Invalid leverage value");
    set_leverage(26, true, "Invalid leverage value");
    set_leverage(25, true, "");
    expect_limit(true, "3000", "800", PG_HL_ALO, ""); /* 96,000 of margin */
    cancel(0, newest_open(), "");
    set_leverage(2, true, "");
    expect_limit(true, "3000", "67", PG_HL_ALO, "Insufficient margin to place order. asset=1");
    expect_limit(true, "3000", "66", PG_HL_ALO, "");
    exchange_order(&t, 0, true, "3000.2", "0.1", PG_HL_IOC);
    set_leverage(2, false, "Cannot switch leverage type with open position.");
    set_leverage(3, true, "");
}

/* An isolated position has its own margin, which moves in and out. */
static void test_isolated(void **state)
{
    (void)state;
    pg_exchange_margin margin;
    pg_hl_action action = { .kind = PG_HL_UPDATE_ISOLATED_MARGIN };
    action.margin.asset = EXCHANGE_ETH;
    action.margin.usd = 1000000;
    expect_action(0, &action, "Position does not use isolated margin.");
    set_leverage(10, false, "");
    exchange_order(&t, 0, true, "3000.2", "1", PG_HL_IOC);
    pg_exchange_position position;
    pg_exchange_get_position(&position, t.core, exchange_account(&t, 0), EXCHANGE_ETH);
    assert_true(position.isolated_e12 == (pg_money)300020000 * 1000000); /* 300.02 */
    action.margin.usd = 100000000;
    expect_action(0, &action, "");
    pg_exchange_get_margin(&margin, t.core, exchange_account(&t, 0));
    assert_true(margin.value - margin.cross_value == (pg_money)400020000 * 1000000);
    action.margin.usd = -101000000;
    expect_action(0, &action, "Insufficient margin to place order. asset=1");
    action.margin.usd = -99000000;
    expect_action(0, &action, "");
}

/* ---- limits ---- */

static void test_address_limit(void **state)
{
    (void)state;
    pg_hl_exchange_config config;
    exchange_close(&t);
    config = exchange_config(&t);
    config.limits = true;
    exchange_open_with(&t, &config);
    exchange_fill_book(&t);
    enum { BATCH = 1000 };
    static pg_hl_cancel cancels[BATCH];
    static pg_hl_order orders[BATCH];
    for (int i = 0; i < BATCH; i++) {
        cancels[i] = (pg_hl_cancel){ .asset = EXCHANGE_ETH, .oid = 1 };
        orders[i] = exchange_limit(EXCHANGE_ETH, true, "3001", "0.01", PG_HL_ALO); /* all refused */
    }
    pg_hl_action order = { .kind = PG_HL_ORDER, .order = { .list = orders, .count = BATCH } };
    pg_hl_action cancel_all = { .kind = PG_HL_CANCEL, .cancel = { .list = cancels, .count = BATCH } };
    for (int i = 0; i < 10; i++)
        cJSON_Delete(exchange_act(&t, 0, &order));
    expect_limit(
        true, "2990", "1", PG_HL_ALO,
        "Too many cumulative requests sent (10000 > 10000) for cumulative volume traded $0. Place taker orders "
        "to free up 1 request per USDC traded.");
    expect_action(0, &cancel_all, DEAD); /* cancels have more */
    expect_action(1, &cancel_all, DEAD);
}

static void test_weight(void **state)
{
    (void)state;
    pg_hl_exchange_config config;
    exchange_close(&t);
    config = exchange_config(&t);
    config.limits = true;
    exchange_open_with(&t, &config);
    for (int i = 0; i < 60; i++) {
        cJSON_Delete(exchange_info(&t, "{\"type\":\"meta\"}"));
        assert_int_equal(t.code, 200);
    }
    exchange_post(&t, "/info", "{\"type\":\"meta\"}", 15);
    assert_int_equal(t.code, 429);
    t.now_ns += 1000000000; /* 20 a second come back */
    pg_hl_exchange_step(t.server);
    cJSON_Delete(exchange_info(&t, "{\"type\":\"meta\"}"));
    assert_int_equal(t.code, 200);
}

#define in_exchange(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_signer),
        in_exchange(test_number_form),
        in_exchange(test_changed_after_signing),
        in_exchange(test_nonces),
        in_exchange(test_nonce_set),
        in_exchange(test_expiry),
        in_exchange(test_bad_bodies),
        in_exchange(test_refusals),
        in_exchange(test_after_upgrade),
        in_exchange(test_batches),
        in_exchange(test_cloids),
        in_exchange(test_too_many),
        in_exchange(test_limit_order),
        in_exchange(test_immediate_order),
        in_exchange(test_partial_fills),
        in_exchange(test_reduce_only),
        in_exchange(test_modify),
        in_exchange(test_modify_refused),
        in_exchange(test_modify_always),
        in_exchange(test_modify_keeps_cloid),
        in_exchange(test_schedule_gate),
        in_exchange(test_schedule),
        in_exchange(test_leverage),
        in_exchange(test_isolated),
        in_exchange(test_address_limit),
        in_exchange(test_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
