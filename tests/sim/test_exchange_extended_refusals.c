/* What Extended's exchange refuses, each with the venue's code: keys, signatures, precision, bands, fees, limits, modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/extended.h"

static extended_test t;

static int set_up(void **state)
{
    (void)state;
    extended_open(&t);
    extended_fill_book(&t);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    extended_close(&t);
    return 0;
}

/* Posts a body with one text in it changed; the error. */
static int send_changed(const pg_extended_order *order, const char *old, const char *new)
{
    char body[PG_EXTENDED_BODY], changed[PG_EXTENDED_BODY + 256];
    pg_extended_signed_order made;
    extended_body(body, &made, &t, 0, order);
    const char *at = strstr(body, old);
    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - body), body, new, at + strlen(old));
    return extended_try(&t, 0, "POST", "/user/order", changed);
}

static int send_order(const pg_extended_order *order)
{
    return extended_send(&t, 0, order, NULL, NULL);
}

/* ---- who ---- */

static void test_keys(void **state)
{
    (void)state;
    assert_int_equal(extended_try(&t, -1, "GET", "/user/balance", NULL), 401);
    assert_int_equal(t.code, 401);
    extended_call(&t, "GET", "/user/balance", "another", NULL);
    assert_int_equal(t.code, 401);
    extended_call(&t, "GET", "/user/balance", "key-of-0", NULL);
    assert_int_equal(t.code, 200);
    extended_call(&t, "GET", "/info/markets", NULL, NULL); /* needs none */
    assert_int_equal(t.code, 200);
}

static void test_user_agent(void **state)
{
    (void)state;
    t.user_agent = "Accept: */*";
    extended_call(&t, "GET", "/info/markets", NULL, NULL);
    assert_int_equal(t.code, 403);
}

static void test_paths(void **state)
{
    (void)state;
    assert_int_equal(extended_try(&t, 0, "GET", "/nowhere", NULL), 404);
    assert_int_equal(extended_try(&t, 0, "GET", "/user/ordersx", NULL), 404);
    assert_int_equal(extended_try(&t, 0, "GET", "/info/markets/NO-USD/stats", NULL), 1001);
    assert_int_equal(t.code, 404);
    extended_call(&t, "PUT", "/user/order", "key-of-0", "{}");
    assert_int_equal(t.code, 405);
    assert_int_equal(extended_try(&t, 0, "GET", "/info/markets?market=%zz", NULL), 400);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", "{\"id\":"), 400);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", "[]"), 400);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", ""), 400);
}

/* ---- signatures ---- */

static void test_bad_signature(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_changed(&order, "\"r\":\"0x", "\"r\":\"0x1"), 1101);
    assert_non_null(strstr(t.body, "debugInfo")); /* what was hashed */
    order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_changed(&order, "\"qty\":\"1\"", "\"qty\":\"2\""), 1101);
    order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_changed(&order, "\"price\":\"2990\"", "\"price\":\"2991\""), 1101);
    order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_changed(&order, "\"fee\":\"0.00025\"", "\"fee\":\"0.0003\""), 1101);
    order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_changed(&order, "\"side\":\"BUY\"", "\"side\":\"SELL\""), 1101);
    order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_changed(&order, "\"nonce\":\"", "\"nonce\":\"9"), 1101);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 0);
    /* What is not signed may change: the same digits written otherwise. */
    order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_changed(&order, "\"qty\":\"1\"", "\"qty\":\"1.000\""), 0);
}

static void test_wrong_domain(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_felt domain;
    extended_check(pg_extended_domain_hash(&domain, "Perpetuals", "v0", "SN_MAIN", 1, &err), &err);
    t.account[0].domain = domain;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_order(&order), 1101);
}

static void test_wrong_key_and_vault(void **state)
{
    (void)state;
    char body[PG_EXTENDED_BODY];
    pg_extended_signed_order made;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    extended_body(body, &made, &t, 1, &order); /* signed by another, sent with the key of 0 */
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", body), 1100);
    pg_extended_account account = t.account[0];
    account.position = 10002;
    extended_check(pg_extended_order_sign(&made, &order, &account, true, NULL), &(pg_error){ 0 });
    extended_check(pg_extended_order_body(body, sizeof body, &order, &made, &account, NULL), &(pg_error){ 0 });
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", body), 1102);
}

/* A message that was signed once is taken once, whatever it is called; a refused one is not used up. */
static void test_twice(void **state)
{
    (void)state;
    char body[PG_EXTENDED_BODY];
    pg_extended_signed_order made;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    order.id = "mine-1";
    extended_body(body, &made, &t, 0, &order);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", body), 0);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", body), 1134);
    assert_int_equal(send_changed(&order, "mine-1", "mine-2"), 1134); /* the nonce is stale */
    order.nonce = ++t.nonce;
    assert_int_equal(send_order(&order), 1134); /* the id is known */
    order.id = "mine-3";
    assert_int_equal(send_order(&order), 0);
    order = extended_order(&t, true, "2990", "900");
    order.id = "mine-4";
    extended_body(body, &made, &t, 0, &order);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", body), 1140);
    pg_exchange_deposit(t.core, 0, (pg_money)1000000 * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS));
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order", body), 0);
}

/* A leg has a signature of its own. */
static void test_bad_leg(void **state)
{
    (void)state;
    const pg_extended_leg loss = { .trigger_price = "2980", .trigger_source = PG_EXTENDED_MARK, .price = "2900" };
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    order.legs = PG_EXTENDED_LEGS_ORDER;
    order.stop_loss = &loss;
    assert_int_equal(send_changed(&order, "\"price\":\"2900\"", "\"price\":\"2901\""), 1101);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 0);
    const pg_extended_leg above = { .trigger_price = "2995", .trigger_source = PG_EXTENDED_MARK, .price = "2900" };
    order.nonce = ++t.nonce;
    order.stop_loss = &above;
    assert_int_equal(send_order(&order), 1133);
}

/* ---- members ---- */

static void test_members(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new;
        int code;
    } changes[] = {
        { "\"market\":\"ETH-USD\"", "\"market\":\"XYZ-USD\"", 1001 },
        { "\"market\":\"ETH-USD\"", "\"market\":7", 1001 },
        { "\"type\":\"LIMIT\"", "\"type\":\"TWAP\"", 1132 },
        { "\"side\":\"BUY\"", "\"side\":\"buy\"", 400 },
        { "\"qty\":\"1\"", "\"qty\":1", 400 },
        { "\"qty\":\"1\"", "\"qty\":\"1e0\"", 400 },
        { "\"price\":\"2990\"", "\"price\":\"NaN\"", 400 },
        { "\"price\":\"2990\"", "\"prise\":\"2990\"", 1130 },
        { "\"timeInForce\":\"GTT\"", "\"timeInForce\":\"FOK\"", 400 },
        { "\"postOnly\":false", "\"postOnly\":\"false\"", 400 },
        { "\"fee\":\"0.00025\"", "\"fee\":\"-0.1\"", 400 },
        { "\"nonce\":\"", "\"nonce\":\"99999999999", 400 },
        { "\"nonce\":\"", "\"nonce\":\"1.", 400 },
        { "\"nonce\":\"", "\"nonce\":\"-", 400 },
        { "\"starkKey\":\"0x", "\"starkKey\":\"", 400 },
        { "\"settlement\"", "\"settlements\"", 400 },
        { "\"collateralPosition\":\"10001\"", "\"collateralPosition\":\"-1\"", 400 },
        { "\"collateralPosition\":\"10001\"", "\"collateralPosition\":\"10009\"", 1102 },
        { "\"r\":\"0x", "\"r\":\"0xg", 400 },
        { "\"id\":\"", "\"id\":\"a b", 400 },
        { "\"selfTradeProtectionLevel\":\"ACCOUNT\"", "\"selfTradeProtectionLevel\":\"NONE\"", 400 },
        { "\"expiryEpochMillis\":", "\"expiryEpochMillis\":-", 400 },
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        pg_extended_order order = extended_order(&t, true, "2990", "1");
        int code = send_changed(&order, changes[i].old, changes[i].new);
        if (code != changes[i].code)
            fail_msg("%s as %s: %d, not %d", changes[i].old, changes[i].new, code, changes[i].code);
    }
    assert_int_equal(pg_exchange_open_count(t.core, 0), 0);
}

/* ---- rules ---- */

/* Signed without the steps of the market, so that the signature is right. */
static int send_off_grid(const char *price, const char *quantity)
{
    static pg_extended_market free_market;
    free_market = t.market[EXTENDED_ETH];
    pg_exact_from_u64(&free_market.size_step, 0);
    pg_exact_from_u64(&free_market.price_tick, 0);
    pg_extended_order order = extended_order(&t, true, price, quantity);
    order.market = &free_market;
    return send_order(&order);
}

static void test_precision(void **state)
{
    (void)state;
    assert_int_equal(send_off_grid("2990", "0.009"), 1120);
    assert_int_equal(send_off_grid("2990", "1.0005"), 1121);
    assert_int_equal(send_off_grid("2990.05", "1"), 1124);
    assert_int_equal(send_off_grid("2990", "5100"), 1122);  /* more than 15,000,000 */
    assert_int_equal(send_off_grid("3150.2", "0.1"), 1141); /* 5% above the mark of 3000.1 */
    assert_int_equal(send_off_grid("3150.1", "0.01"), 0);
}

static void test_fee(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    order.fee = "0.00024";
    assert_int_equal(send_order(&order), 1128);
    order.fee = "0.001"; /* a ceiling: more is fine */
    assert_int_equal(send_order(&order), 0);
}

static void test_builder(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "3000.2", "1");
    order.builder_fee = "0.0001";
    order.builder_id = 2017;
    assert_int_equal(send_order(&order), 0);
    const pg_exchange_fill *fill = pg_exchange_fill_at(t.core, 0, 0);
    assert_non_null(fill);
    assert_true(fill->fee - fill->builder_fee == 7501 && fill->builder_fee == 3000); /* of 3000.2, in 1e-4 */
    order = extended_order(&t, true, "2990", "1");
    order.builder_fee = "0.0001";
    order.builder_id = 2017;
    assert_int_equal(send_changed(&order, "\"builderFee\":\"0.0001\"", "\"builderFee\":\"0.00005\""), 1101);
}

static void test_expiry(void **state)
{
    (void)state;
    uint64_t now_ms = (uint64_t)(t.now_ns / 1000000);
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    order.expiry_ms = now_ms;
    assert_int_equal(send_order(&order), 1135);
    order.expiry_ms = now_ms + 29 * 86400000ull; /* a testnet's limit is 28 days */
    assert_int_equal(send_order(&order), 1135);
    order.expiry_ms = now_ms + 27 * 86400000ull;
    assert_int_equal(send_order(&order), 0);
}

static void test_kinds(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "3000.2", "1");
    order.type = PG_EXTENDED_MARKET;
    order.time_in_force = PG_EXTENDED_IOC;
    assert_int_equal(send_changed(&order, "\"timeInForce\":\"IOC\"", "\"timeInForce\":\"GTT\""), 1139);
    order = extended_order(&t, true, "2990", "1");
    order.time_in_force = PG_EXTENDED_IOC;
    assert_int_equal(send_changed(&order, "\"postOnly\":false", "\"postOnly\":true"), 1133);
    order = extended_order(&t, true, "2990", "1");
    assert_int_equal(send_changed(&order, "\"type\":\"LIMIT\"", "\"type\":\"CONDITIONAL\""), 1143);
    assert_int_equal(send_changed(&order, "\"type\":\"LIMIT\"", "\"type\":\"TPSL\""), 1131);
}

static void test_limits_of_accounts(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990", "800");
    assert_int_equal(send_order(&order), 1140);
    for (int i = 0; i < 200; i++)
        extended_place(&t, 0, true, "2990", "0.01");
    order = extended_order(&t, true, "2990", "0.01");
    assert_int_equal(send_order(&order), 1126);
    order.market = &t.market[EXTENDED_BTC]; /* it is a limit of a market */
    order.price = "100";
    order.nonce = ++t.nonce;
    assert_int_equal(send_order(&order), 0);
    pg_exchange_deposit(t.core, 1, (pg_money)100000000 * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS));
    for (int i = 0; i < 4; i++)
        extended_place(&t, 1, true, "2990", "5000");
    order = extended_order(&t, true, "2990", "500");
    assert_int_equal(extended_send(&t, 1, &order, NULL, NULL), 1127);
}

static void test_modes(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    pg_extended_exchange_set_mode(t.server, PG_EXTENDED_MAINTENANCE);
    assert_int_equal(send_order(&order), 1010);
    pg_extended_exchange_set_mode(t.server, PG_EXTENDED_POST_ONLY);
    assert_int_equal(send_order(&order), 1011);
    pg_extended_exchange_set_mode(t.server, PG_EXTENDED_REDUCE_ONLY);
    assert_int_equal(send_order(&order), 1012);
    pg_extended_exchange_set_mode(t.server, PG_EXTENDED_TRADING);
    assert_int_equal(send_order(&order), 0);
}

/* 1000 requests, then one each 60 ms. */
static void test_rate(void **state)
{
    extended_close(&t);
    pg_extended_exchange_config config = extended_config(&t);
    (void)state;
    config.limits = true;
    extended_open_with(&t, &config);
    for (int i = 0; i < 1000; i++) {
        extended_call(&t, "GET", "/info/starknet", NULL, NULL);
        assert_int_equal(t.code, 200);
    }
    assert_int_equal(extended_try(&t, 0, "GET", "/user/balance", NULL), 429);
    assert_int_equal(t.code, 429);
    extended_step(&t, 60);
    assert_int_equal(extended_try(&t, 0, "GET", "/user/balance", NULL), 0);
    assert_int_equal(extended_try(&t, 0, "GET", "/user/balance", NULL), 429);
}

/* ---- money ---- */

static void test_transfer(void **state)
{
    (void)state;
    char body[1024], r[PG_FELT_HEX], s[PG_FELT_HEX];
    pg_extended_transfer_args args = { .recipient = 10002,
                                       .sender = 10001,
                                       .amount = 2500000,
                                       .expiration_s = (uint64_t)(t.now_ns / 1000000000) + 21 * 86400,
                                       .salt = 77 };
    pg_felt hash, message, number;
    pg_stark_signature signature;
    args.collateral = t.market[0].collateral_id;
    pg_extended_transfer_hash(&hash, &args);
    extended_check(pg_extended_sign(&message, &signature, &t.account[0], &hash, true, NULL), &(pg_error){ 0 });
    pg_felt_from_bytes(&number, signature.r);
    pg_felt_to_hex(r, &number);
    pg_felt_from_bytes(&number, signature.s);
    pg_felt_to_hex(s, &number);
    snprintf(body, sizeof body,
             "{\"fromVault\":10001,\"toVault\":10002,\"amount\":\"2.5\",\"transferredAsset\":\"0x1\",\"settlement\":{"
             "\"amount\":2500000,\"assetId\":\"0x1\",\"expirationTimestamp\":%llu,\"nonce\":77,"
             "\"receiverPositionId\":10002,\"receiverPublicKey\":\"%s\",\"senderPositionId\":10001,"
             "\"senderPublicKey\":\"%s\",\"signature\":{\"r\":\"%s\",\"s\":\"%s\"}}}",
             (unsigned long long)args.expiration_s, t.key_text[1], t.key_text[0], r, s);
    assert_int_equal(extended_try(&t, 1, "POST", "/user/transfer/onchain", body), 1102);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/transfer/onchain", body), 0);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/transfer/onchain", body), 1134);
    assert_true(pg_exchange_deposited(t.core, 1) == (pg_money)1000025 * 100000000000);
    char *amount = strstr(body, "2.5");
    amount[0] = '3';
    assert_int_equal(extended_try(&t, 0, "POST", "/user/transfer/onchain", body), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_user_agent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_signature, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_domain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_key_and_vault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_leg, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_members, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_precision, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fee, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_builder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_expiry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits_of_accounts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_modes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_transfer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
