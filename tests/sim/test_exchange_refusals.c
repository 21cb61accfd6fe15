/* Whom the exchange does not let in, and what it refuses, with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_orders.h"

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

/* ---- agents ---- */

static void approve(int trader, const char *address, const char *name, const char *words)
{
    pg_hl_action action = { .kind = PG_HL_APPROVE_AGENT };
    action.approval.address = address;
    action.approval.name = name;
    expect_action(trader, &action, words);
}

/* An agent trades for its master, and only that: until it is replaced, taken away, or its time is over. */
static void test_agents(void **state)
{
    char words[128], request[128];
    const char *agent = t.address[3];
    (void)state;
    snprintf(words, sizeof words, "Must deposit before performing actions. User: %s", agent);
    approve(3, t.address[0], "bot", words);
    approve(0, agent, "bot", "");
    approve(1, agent, "bot", "Extra agent already used.");
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_ALO);
    expect_order(3, &order, "");
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 1);
    approve(3, t.address[2], "more", words); /* it cannot sign for itself */
    snprintf(request, sizeof request, "{\"type\":\"userRole\",\"user\":\"%s\"}", agent);
    cJSON_Delete(exchange_info(&t, request));
    snprintf(words, sizeof words, "{\"role\":\"agent\",\"data\":{\"user\":\"%s\"}}", t.address[0]);
    assert_string_equal(t.body, words);
    snprintf(request, sizeof request, "{\"type\":\"extraAgents\",\"user\":\"%s\"}", t.address[0]);
    cJSON_Delete(exchange_info(&t, request));
    assert_non_null(strstr(t.body, "[{\"name\":\"bot\",\"address\":\"0x"));
    approve(0, "0x0000000000000000000000000000000000000000", "bot", "");
    snprintf(words, sizeof words, "User or API Wallet %s does not exist.", agent);
    expect_order(3, &order, words);
    approve(0, "0x00000000000000000000000000000000000000a0", "next", "User has pending agent removal");
    t.now_ns += 5000000000;
    pg_hl_exchange_step(t.server);
    approve(0, agent, "bot", "Extra agent already used."); /* for ever */
    for (int i = 0; i < 4; i++) {
        char address[PG_ADDRESS_TEXT], name[16];
        snprintf(address, sizeof address, "0x%040x", 0xb0 + i);
        snprintf(name, sizeof name, "bot %d", i);
        approve(0, address, name,
                i < 3 ? "" : "Too many extra agents for cumulative volume traded. Current limit is 3");
    }
    approve(0, "0x00000000000000000000000000000000000000c0", NULL, "");    /* the unnamed one does not count */
    approve(0, "0x00000000000000000000000000000000000000c1", "bot 1", ""); /* one of a name takes its place */
    approve(0, "0x00000000000000000000000000000000000000c2", "bot 1 valid_until 1",
            "Agent valid_until already expired.");
}

static void test_agent_expires(void **state)
{
    char name[64], words[128];
    (void)state;
    snprintf(name, sizeof name, "bot valid_until %lld", (long long)(t.now_ns / 1000000 + 60000));
    approve(0, t.address[3], name, "");
    expect_noop(3, exchange_envelope(&t), "");
    t.now_ns += 60000000000;
    snprintf(words, sizeof words, "User or API Wallet %s does not exist.", t.address[3]);
    expect_noop(3, exchange_envelope(&t), words);
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
    expect_action(0, &action, EXCHANGE_DEAD);
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
    expect_action(0, &cancel_all, EXCHANGE_DEAD); /* cancels have more */
    expect_action(1, &cancel_all, EXCHANGE_DEAD);
    t.now_ns += 10000000000; /* one action each ten seconds all the same */
    expect_limit(true, "2990", "1", PG_HL_ALO, "");
    expect_limit(
        true, "2990", "1", PG_HL_ALO,
        "Too many cumulative requests sent (11001 > 10000) for cumulative volume traded $0. Place taker orders "
        "to free up 1 request per USDC traded.");
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

/* Messages of sockets, by the minute; and sockets that are opened. */
static void test_messages(void **state)
{
    enum { MOST = 2000 };
    (void)state;
    exchange_client client;
    pg_hl_exchange_config config;
    exchange_close(&t);
    config = exchange_config(&t);
    config.limits = true;
    exchange_open_with(&t, &config);
    exchange_client_open(&client, &t);
    for (int i = 0; i <= MOST; i++)
        exchange_client_send(&client, "{\"method\":\"ping\"}");
    cJSON *frame = exchange_client_wait(&client, "error");
    assert_non_null(frame);
    assert_int_equal(client.count, MOST + 1); /* the others have been answered */
    cJSON_Delete(frame);
    t.now_ns += 60000000000;
    pg_hl_exchange_step(t.server);
    exchange_client_send(&client, "{\"method\":\"ping\"}");
    frame = exchange_client_wait(&client, "pong");
    assert_non_null(frame);
    cJSON_Delete(frame);
    exchange_client_close(&client);
}

/* Only post-only orders for a while after the start. */
static void test_post_only_start(void **state)
{
    (void)state;
    pg_hl_exchange_config config;
    exchange_close(&t);
    config = exchange_config(&t);
    config.post_only_ms = 5000;
    exchange_open_with(&t, &config);
    exchange_fill_book(&t);
    expect_limit(true, "2990", "1", PG_HL_ALO, "");
    expect_limit(true, "2990", "1", PG_HL_GTC,
                 "Only post-only orders allowed immediately after network upgrade asset=1");
    t.now_ns += 5000000000;
    pg_hl_exchange_step(t.server);
    expect_limit(true, "2990", "1", PG_HL_GTC, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_signer),   in_exchange(test_number_form),   in_exchange(test_changed_after_signing),
        in_exchange(test_nonces),   in_exchange(test_nonce_set),     in_exchange(test_expiry),
        in_exchange(test_agents),   in_exchange(test_agent_expires), in_exchange(test_bad_bodies),
        in_exchange(test_refusals), in_exchange(test_after_upgrade), in_exchange(test_batches),
        in_exchange(test_cloids),   in_exchange(test_too_many),      in_exchange(test_address_limit),
        in_exchange(test_weight),   in_exchange(test_messages),      in_exchange(test_post_only_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
