/* Whom the Lighter exchange does not let in, and what it refuses, with which codes and words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/lighter_exchange.h"

static li_test t;

static int open_one(void **state)
{
    (void)state;
    li_open(&t);
    li_fill_book(&t);
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    li_close(&t);
    return 0;
}

static pg_lighter_tx limit_order(void)
{
    return li_order(&t, false, 299900, 10000, 0, LI_GTT);
}

/* What was answered last. */
static void expect_words(const char *words)
{
    cJSON *answer = cJSON_Parse(t.body);
    assert_string_equal(li_text(answer, "message"), words);
    cJSON_Delete(answer);
}

/* ---- signatures, nonces, times ---- */

static void test_signature(void **state)
{
    (void)state;
    pg_lighter_tx tx = limit_order();
    t.chain_id = PG_LIGHTER_MAINNET;
    assert_int_equal(li_send(&t, 0, &tx), 21120);
    expect_words("invalid signature");
    assert_int_equal(t.code, 400);
    t.chain_id = PG_LIGHTER_TESTNET;
    pg_lighter_signed made; /* by another's key */
    li_address(&t, 0, &tx);
    li_sign(&t, 1, &made, &tx);
    assert_int_equal(li_send_text(&t, tx.type, made.text), 21120);
    li_sign(&t, 0, &made, &tx); /* changed on the way */
    char *size = strstr(made.text, "\"BaseAmount\":10000");
    assert_non_null(size);
    size[strlen("\"BaseAmount\":")] = '9';
    assert_int_equal(li_send_text(&t, tx.type, made.text), 21120);
    assert_int_equal(li_send(&t, 0, &tx), 200); /* and nothing of it used up the nonce */
}

static void test_account_and_key(void **state)
{
    (void)state;
    pg_lighter_tx tx = limit_order();
    li_address(&t, 0, &tx);
    tx.value[PG_LIGHTER_ACCOUNT_INDEX] = li_account_index(3);
    assert_int_equal(li_send_as_is(&t, 0, &tx), 21100);
    expect_words("account not found");
    li_address(&t, 0, &tx);
    tx.value[PG_LIGHTER_API_KEY_INDEX] = 6;
    assert_int_equal(li_send_as_is(&t, 0, &tx), 21109);
    expect_words("api key not found");
}

static void test_nonces(void **state)
{
    (void)state;
    pg_lighter_tx tx = limit_order();
    li_address(&t, 0, &tx);
    tx.value[PG_LIGHTER_NONCE] = 1;
    assert_int_equal(li_send_as_is(&t, 0, &tx), 21104);
    expect_words("invalid nonce");
    assert_int_equal(li_send(&t, 0, &tx), 200);
    tx.value[PG_LIGHTER_NONCE] = 0; /* used before */
    tx.value[PG_LIGHTER_CLIENT_ORDER_INDEX] = ++t.client;
    assert_int_equal(li_send_as_is(&t, 0, &tx), 21104);
    cJSON *answer = li_get(&t, "/api/v1/nextNonce?account_index=10&api_key_index=5");
    assert_int_equal(li_member(answer, "nonce")->valueint, 1);
    cJSON_Delete(answer);
    /* With the attribute any higher one will do. */
    assert_int_equal(pg_lighter_tx_attribute(&tx, PG_LIGHTER_SKIP_NONCE, 1, NULL), PG_OK);
    tx.value[PG_LIGHTER_NONCE] = 1000;
    assert_int_equal(li_send_as_is(&t, 0, &tx), 200);
    tx.value[PG_LIGHTER_NONCE] = 999;
    tx.value[PG_LIGHTER_CLIENT_ORDER_INDEX] = ++t.client;
    assert_int_equal(li_send_as_is(&t, 0, &tx), 21104);
}

static void test_expired(void **state)
{
    (void)state;
    pg_lighter_tx tx = limit_order();
    li_address(&t, 0, &tx);
    tx.value[PG_LIGHTER_EXPIRED_AT] = li_now_ms(&t);
    assert_int_equal(li_send_as_is(&t, 0, &tx), 21711);
    tx.value[PG_LIGHTER_EXPIRED_AT] = li_now_ms(&t) + 1;
    assert_int_equal(li_send_as_is(&t, 0, &tx), 200);
}

/* ---- what is in it ---- */

static void expect_field(pg_lighter_field field, int64_t value, int code)
{
    pg_lighter_tx tx = limit_order();
    tx.value[field] = value;
    int got = li_send(&t, 0, &tx);
    if (got != code)
        fail_msg("%s %lld: %d, not %d", pg_lighter_field_infos[field].name, (long long)value, got, code);
}

static void test_fields(void **state)
{
    (void)state;
    expect_field(PG_LIGHTER_MARKET_INDEX, 7, 21602);
    expect_field(PG_LIGHTER_MARKET_INDEX, 2048, 21602);
    expect_field(PG_LIGHTER_BASE_AMOUNT, 49, 21706); /* below the least size */
    expect_field(PG_LIGHTER_PRICE, 20000, 21734);    /* 200 dollars */
    expect_field(PG_LIGHTER_ORDER_EXPIRY, li_now_ms(&t) + 299999, 21711);
    expect_field(PG_LIGHTER_ORDER_EXPIRY, li_now_ms(&t) + 30ll * 86400000 + 1, 21711);
    expect_field(PG_LIGHTER_ORDER_EXPIRY, li_now_ms(&t) + 300000, 200);
}

/* What our own rules do not let out. */
static void expect_text(int type, const char *from, const char *to, int code)
{
    char text[2 * PG_LIGHTER_TX_INFO_MAX];
    pg_lighter_signed made;
    pg_lighter_tx tx = limit_order();
    li_address(&t, 0, &tx);
    li_sign(&t, 0, &made, &tx);
    const char *at = strstr(made.text, from);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - made.text), made.text, to, at + strlen(from));
    int got = li_send_text(&t, type, text);
    if (got != code)
        fail_msg("%s as type %d: %d, not %d", text, type, got, code);
}

static void test_texts(void **state)
{
    (void)state;
    expect_text(14, "\"IsAsk\":0", "\"IsAsk\":2", 21703);
    expect_text(14, "\"Type\":0", "\"Type\":9", 21704);
    expect_text(14, "\"TimeInForce\":1", "\"TimeInForce\":3", 21705);
    expect_text(14, "\"TriggerPrice\":0", "\"TriggerPrice\":5", 21729);
    expect_text(14, "\"Price\":299900", "\"Price\":0", 21702);
    expect_text(14, "\"BaseAmount\":10000", "\"BaseAmount\":0", 21701);
    expect_text(14, "\"BaseAmount\":10000", "\"BaseAmount\":1e4", 21501);
    expect_text(14, "\"BaseAmount\":10000", "\"BaseAmount\":\"10000\"", 21501);
    expect_text(14, "\"BaseAmount\":10000,", "", 21501);
    expect_text(14, "\"ClientOrderIndex\":", "\"ClientOrderIndex\":-", 21727);
    expect_text(14, "\"ApiKeyIndex\":5", "\"ApiKeyIndex\":255", 21110);
    expect_text(14, "\"Sig\":\"", "\"Sig\":\"A", 21501);
    expect_text(14, "\"L2TxAttributes\":null", "\"L2TxAttributes\":{\"9\":1}", 21501);
    expect_text(14, "{\"AccountIndex\"", "[\"AccountIndex\"", 21501);
    expect_text(15, "{", "{", 21501);
    expect_text(99, "{", "{", 21505);
    /* Members that nobody knows, attributes that mean nothing: as if they were not there. */
    expect_text(14, "\"L2TxAttributes\":null", "\"L2TxAttributes\":{\"1\":0,\"2\":0,\"3\":0},\"New\":[1,{}]", 200);
}

static void test_prices_protected(void **state)
{
    (void)state;
    pg_lighter_tx tx = li_order(&t, false, 400000, 100, 0, LI_IOC);
    assert_int_equal(li_do(&t, 0, &tx), 21733);
    expect_words("order price flagged as an accidental price");
    pg_lighter_tx stop = li_order(&t, true, 200000, 10000, 2, LI_IOC);
    stop.value[PG_LIGHTER_TRIGGER_PRICE] = 295000;
    stop.value[PG_LIGHTER_REDUCE_ONLY] = 1;
    assert_int_equal(li_do(&t, 0, &stop), 21735);
}

static void test_margin(void **state)
{
    (void)state;
    /* One that would rest never comes to be, and its nonce is given back; what waits behind it fails. */
    pg_lighter_tx big = li_order(&t, false, 299900, 10000000, 0, LI_GTT), behind = limit_order();
    assert_int_equal(li_send(&t, 0, &big), 200);
    assert_int_equal(li_send(&t, 0, &behind), 200);
    li_step(&t, 1);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 0);
    cJSON *answer = li_get(&t, "/api/v1/nextNonce?account_index=10&api_key_index=5");
    assert_int_equal(li_member(answer, "nonce")->valueint, 0);
    cJSON_Delete(answer);
    t.nonce[0] = 0;
    assert_int_equal(li_do(&t, 0, &behind), 200);
    /* One that would take is cancelled, and told. */
    pg_lighter_tx market = li_order(&t, false, 301000, 10000000, 1, LI_IOC);
    assert_int_equal(li_do(&t, 0, &market), 200);
    li_log_in(&t, 0);
    answer = li_get(&t, "/api/v1/accountInactiveOrders?account_index=10&limit=1");
    assert_string_equal(li_text(cJSON_GetArrayItem(li_member(answer, "orders"), 0), "status"),
                        "canceled-margin-not-allowed");
    cJSON_Delete(answer);
}

/* ---- batches ---- */

static int send_batch(int count, int64_t first_nonce, int64_t step, int other)
{
    static char infos[LI_FORM], encoded[LI_FORM], form[2 * LI_FORM], types[256];
    pg_text list = { 0 };
    pg_json_open(&list, NULL, '[');
    snprintf(types, sizeof types, "[");
    for (int i = 0; i < count; i++) {
        pg_lighter_signed made;
        pg_lighter_tx tx = limit_order();
        int trader = i == 1 ? other : 0;
        li_address(&t, trader, &tx);
        tx.value[PG_LIGHTER_NONCE] = trader ? 0 : first_nonce + i * step;
        li_sign(&t, trader, &made, &tx);
        pg_json_string(&list, NULL, made.text);
        snprintf(types + strlen(types), sizeof types - strlen(types), "%s14", i ? "," : "");
    }
    pg_json_close(&list, ']');
    snprintf(infos, sizeof infos, "%s", list.data);
    pg_text_free(&list);
    li_encode(encoded, sizeof encoded, infos);
    snprintf(form, sizeof form, "tx_types=%s%%5D&tx_infos=%s", types, encoded);
    cJSON *answer = li_request(&t, "/api/v1/sendTxBatch", form);
    int code = li_code(answer);
    if (code == 200)
        assert_int_equal(cJSON_GetArraySize(li_member(answer, "tx_hash")), count);
    cJSON_Delete(answer);
    return code;
}

static void test_batches(void **state)
{
    (void)state;
    assert_int_equal(send_batch(3, 0, 2, 0), 21105);
    assert_int_equal(send_batch(3, 1, 1, 0), 21104);
    assert_int_equal(send_batch(3, 0, 1, 1), 21121);
    assert_int_equal(send_batch(16, 0, 1, 0), 21514);
    assert_int_equal(send_batch(15, 0, 1, 0), 200);
    li_step(&t, 1);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 15);
    cJSON *answer = li_request(&t, "/api/v1/sendTxBatch", "tx_types=[14,14]&tx_infos=[]");
    assert_int_equal(li_code(answer), 21513);
    cJSON_Delete(answer);
}

/* ---- delays and limits ---- */

static int open_slow(void **state)
{
    (void)state;
    pg_lighter_exchange_config config = li_config(&t);
    config.no_delays = false;
    config.limits = true;
    li_open_with(&t, &config);
    li_fill_book(&t);
    return 0;
}

/* How long an order waits, ms. */
static int64_t delay_of(int trader, int64_t price, int force)
{
    pg_lighter_tx tx = li_order(&t, false, price, 10000, 0, force);
    assert_int_equal(li_send(&t, trader, &tx), 200);
    cJSON *answer = cJSON_Parse(t.body);
    int64_t delay = (int64_t)li_member(answer, "predicted_execution_time_ms")->valuedouble - li_now_ms(&t);
    cJSON_Delete(answer);
    return delay;
}

static void test_delays(void **state)
{
    (void)state;
    assert_int_equal(delay_of(0, 299900, LI_POST_ONLY), 0);
    assert_int_equal(delay_of(0, 300020, LI_IOC), 200);
    assert_int_equal(delay_of(0, 300020, LI_GTT), 200);
    assert_int_equal(delay_of(1, 299900, LI_GTT), 200);
    assert_int_equal(delay_of(1, 300020, LI_IOC), 300);
    assert_int_equal(delay_of(2, 300020, LI_IOC), 300);
    li_step(&t, 199);
    assert_int_equal(li_position(&t, 0), 0);
    li_step(&t, 1);
    assert_int_equal(li_position(&t, 0), 20000);
    assert_int_equal(li_position(&t, 1), 0);
    li_step(&t, 100);
    assert_int_equal(li_position(&t, 1), 10000);
}

/* One that expires while it waits is not executed, and its nonce is still to be used. */
static void test_expires_waiting(void **state)
{
    (void)state;
    pg_lighter_tx tx = limit_order();
    li_address(&t, 1, &tx);
    tx.value[PG_LIGHTER_EXPIRED_AT] = li_now_ms(&t) + 100;
    assert_int_equal(li_send_as_is(&t, 1, &tx), 200);
    li_step(&t, 200);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 1)), 0);
    cJSON *answer = li_get(&t, "/api/v1/nextNonce?account_index=11&api_key_index=5");
    assert_int_equal(li_member(answer, "nonce")->valueint, 0);
    cJSON_Delete(answer);
}

static void test_requests(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++) {
        cJSON_Delete(li_get(&t, "/api/v1/currentHeight"));
        assert_int_equal(t.code, 200);
    }
    cJSON *answer = li_get(&t, "/api/v1/currentHeight");
    assert_int_equal(t.code, 429);
    assert_int_equal(li_code(answer), 23000);
    cJSON_Delete(answer);
    li_log_in(&t, 0); /* a premium account has its own */
    cJSON_Delete(li_get(&t, "/api/v1/currentHeight"));
    assert_int_equal(t.code, 200);
    t.token[0] = '\0';
    t.now_ns += 1000000000;
    pg_lighter_exchange_step(t.server);
    cJSON_Delete(li_get(&t, "/api/v1/currentHeight"));
    assert_int_equal(t.code, 200);
}

/* Told with each order; what it costs nothing does not tell it. */
static void test_quota(void **state)
{
    (void)state;
    pg_lighter_tx tx = limit_order();
    assert_int_equal(li_send(&t, 0, &tx), 200);
    cJSON *answer = cJSON_Parse(t.body);
    assert_int_equal(li_member(answer, "volume_quota_remaining")->valueint, 999);
    cJSON_Delete(answer);
    for (int i = 0; i < 999; i++) {
        pg_lighter_tx all = { .type = PG_LIGHTER_CANCEL_ALL_ORDERS };
        assert_int_equal(li_send(&t, 0, &all), 200);
        if (i % 100 == 99)
            li_step(&t, 2000);
    }
    pg_lighter_tx last = limit_order();
    assert_int_equal(li_send(&t, 0, &last), 200); /* the free one */
    answer = cJSON_Parse(t.body);
    assert_null(li_member(answer, "volume_quota_remaining"));
    cJSON_Delete(answer);
    pg_lighter_tx more = limit_order();
    assert_int_equal(li_send(&t, 0, &more), 23000);
    assert_int_equal(t.code, 429);
    pg_lighter_tx cancel = { .type = PG_LIGHTER_CANCEL_ORDER };
    cancel.value[PG_LIGHTER_INDEX] = 1;
    assert_int_equal(li_send(&t, 0, &cancel), 200);
    li_step(&t, 15000);
    assert_int_equal(li_send(&t, 0, &more), 200);
}

/* ---- tokens ---- */

static void expect_token(const char *token, int code)
{
    snprintf(t.token, sizeof t.token, "%s", token);
    cJSON *answer = li_get(&t, "/api/v1/accountActiveOrders?account_index=10");
    if (li_code(answer) != code)
        fail_msg("'%s': %s", token, t.body);
    cJSON_Delete(answer);
}

static void test_tokens(void **state)
{
    char token[PG_LIGHTER_TOKEN_MAX];
    int64_t now_s = li_now_ms(&t) / 1000;
    (void)state;
    expect_token("", 20001);
    expect_token("1:2:3", 20001);
    expect_token("1790003600:10:5:00", 20001);
    li_log_in(&t, 0);
    snprintf(token, sizeof token, "%s", t.token);
    expect_token(token, 200);
    char *last = token + strlen(token) - 1;
    *last = *last == '0' ? '1' : '0';
    expect_token(token, 21120);
    li_log_in(&t, 1); /* another's */
    snprintf(token, sizeof token, "%s", t.token);
    expect_token(token, 21107);
    assert_int_equal(pg_lighter_token(token, now_s, 10, LI_KEY, &t.key[0], NULL), PG_OK);
    expect_token(token, 21711);
    assert_int_equal(pg_lighter_token(token, now_s + 8 * 3600 + 1, 10, LI_KEY, &t.key[0], NULL), PG_OK);
    expect_token(token, 21711); /* not yet */
    t.now_ns += 1000000000;
    pg_lighter_exchange_step(t.server);
    expect_token(token, 200);
    assert_int_equal(pg_lighter_token(token, now_s + 60, 10, 6, &t.key[0], NULL), PG_OK);
    expect_token(token, 21109);
}

int main(void)
{
#define ONE(test)  cmocka_unit_test_setup_teardown(test, open_one, close_one)
#define SLOW(test) cmocka_unit_test_setup_teardown(test, open_slow, close_one)
    const struct CMUnitTest tests[] = {
        ONE(test_signature), ONE(test_account_and_key), ONE(test_nonces),           ONE(test_expired),
        ONE(test_fields),    ONE(test_texts),           ONE(test_prices_protected), ONE(test_margin),
        ONE(test_batches),   SLOW(test_delays),         SLOW(test_expires_waiting), SLOW(test_requests),
        SLOW(test_quota),    ONE(test_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
