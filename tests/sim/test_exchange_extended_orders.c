/* Orders on Extended's exchange, signed by our own signer and sent over real sockets: what is taken, what it becomes. */
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
    pg_exchange_balance balance;
    pg_exchange_get_balance(&balance, t.core);
    assert_int_equal(balance.positions, 0);
    assert_true(balance.money_e12 == 0);
    extended_close(&t);
    return 0;
}

static void expect_order(const char *path, int trader, const char *what, const char *value)
{
    cJSON *answer = extended_get(&t, trader, path);
    assert_string_equal(extended_text(answer, what), value);
    cJSON_Delete(answer);
}

static void test_rests(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990.5", "1.5");
    char id[PG_EXTENDED_ID], path[160];
    uint64_t oid;
    assert_int_equal(extended_send(&t, 0, &order, id, &oid), 0);
    cJSON *answer = extended_get(&t, 0, "/user/orders?market=ETH-USD&side=BUY");
    assert_int_equal(cJSON_GetArraySize(extended_in(answer, "data")), 1);
    assert_string_equal(extended_text(answer, "data.0.externalId"), id);
    assert_string_equal(extended_text(answer, "data.0.status"), "NEW");
    assert_string_equal(extended_text(answer, "data.0.price"), "2990.5");
    assert_string_equal(extended_text(answer, "data.0.qty"), "1.5");
    assert_string_equal(extended_text(answer, "data.0.timeInForce"), "GTT");
    cJSON_Delete(answer);
    snprintf(path, sizeof path, "/user/orders/external/%s", id);
    expect_order(path, 0, "data.0.type", "LIMIT");
    snprintf(path, sizeof path, "/user/orders/%llu", 1790000000000000000ull + oid);
    expect_order(path, 0, "data.externalId", id);
    expect_order("/user/orders", 1, "data.0.id", ""); /* others do not see it */
    assert_int_equal(extended_find(&t, 0, oid)->size, 1500);
}

static void test_fills(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "3000.3", "12");
    order.time_in_force = PG_EXTENDED_IOC;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    assert_int_equal(extended_position(&t, 0), 12000);
    expect_order("/user/trades", 0, "data.0.qty", "2");
    expect_order("/user/trades", 0, "data.1.price", "3000.2");
    expect_order("/user/trades", 0, "data.1.fee", "7.50050000"); /* 30002 * 0.00025 */
    expect_order("/user/trades", 0, "data.1.isTaker", "true");
    expect_order("/user/positions", 0, "data.0.side", "LONG");
    expect_order("/user/positions", 0, "data.0.size", "12");
    expect_order("/user/orders/history", 0, "data.0.status", "FILLED");
    expect_order("/user/orders/history", 0, "data.0.filledQty", "12");
}

/* An immediate order that meets nothing ends cancelled, for want of liquidity. */
static void test_no_liquidity(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    order.time_in_force = PG_EXTENDED_IOC;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    expect_order("/user/orders/history", 0, "data.0.status", "CANCELLED");
    expect_order("/user/orders/history", 0, "data.0.statusReason", "NO_LIQUIDITY");
}

/* It is taken by the gateway and ends in the market. */
static void test_post_only(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "3000.2", "1");
    order.post_only = true;
    order.fee = "0"; /* a maker's */
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    expect_order("/user/orders/history", 0, "data.0.status", "REJECTED");
    expect_order("/user/orders/history", 0, "data.0.statusReason", "POST_ONLY_FAILED");
    assert_int_equal(extended_position(&t, 0), 0);
    order = extended_order(&t, true, "3000.1", "1");
    order.post_only = true;
    order.fee = "0";
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    expect_order("/user/orders", 0, "data.0.postOnly", "true");
}

static void test_replace(void **state)
{
    (void)state;
    pg_extended_order old = extended_order(&t, true, "2990", "1"), new;
    char id[PG_EXTENDED_ID];
    uint64_t first, second;
    assert_int_equal(extended_send(&t, 0, &old, id, &first), 0);
    new = extended_order(&t, true, "2991", "2");
    new.cancel_id = id;
    assert_int_equal(extended_send(&t, 0, &new, NULL, &second), 0);
    assert_int_equal(extended_find(&t, 0, first)->reason, PG_EXCHANGE_REPLACED);
    assert_int_equal(extended_find(&t, 0, second)->status, PG_EXCHANGE_OPEN);
    expect_order("/user/orders/history", 0, "data.0.statusReason", "ORDER_REPLACED");
    new = extended_order(&t, true, "2992", "2");
    new.cancel_id = id;
    assert_int_equal(extended_send(&t, 0, &new, NULL, NULL), 1142);
    assert_int_equal(extended_find(&t, 0, second)->status, PG_EXCHANGE_OPEN);
}

/* What the gateway refuses leaves the old order; what the market refuses takes both. */
static void test_replace_fails(void **state)
{
    (void)state;
    pg_extended_order old = extended_order(&t, true, "2990", "1"), new;
    char id[PG_EXTENDED_ID];
    uint64_t first, second;
    assert_int_equal(extended_send(&t, 0, &old, id, &first), 0);
    new = extended_order(&t, true, "2990", "900");
    new.cancel_id = id;
    assert_int_equal(extended_send(&t, 0, &new, NULL, NULL), 1140);
    assert_int_equal(extended_find(&t, 0, first)->status, PG_EXCHANGE_OPEN);
    new = extended_order(&t, true, "3000.3", "1");
    new.cancel_id = id;
    new.post_only = true;
    assert_int_equal(extended_send(&t, 0, &new, NULL, &second), 0);
    assert_int_equal(extended_find(&t, 0, first)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(extended_find(&t, 0, second)->status, PG_EXCHANGE_REJECTED);
}

/* An order may take what the one that it replaces has bound. */
static void test_replace_margin(void **state)
{
    (void)state;
    pg_extended_order old = extended_order(&t, true, "2990", "500"), new;
    char id[PG_EXTENDED_ID];
    assert_int_equal(extended_send(&t, 0, &old, id, NULL), 0);
    new = extended_order(&t, true, "2991", "500");
    assert_int_equal(extended_send(&t, 0, &new, NULL, NULL), 1140);
    new = extended_order(&t, true, "2991", "500");
    new.cancel_id = id;
    assert_int_equal(extended_send(&t, 0, &new, NULL, NULL), 0);
}

static void test_cancels(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    char id[PG_EXTENDED_ID], path[160];
    uint64_t oid = extended_place(&t, 0, true, "2991", "1");
    assert_int_equal(extended_send(&t, 0, &order, id, NULL), 0);
    snprintf(path, sizeof path, "/user/order?externalId=%s", id);
    assert_int_equal(extended_try(&t, 1, "DELETE", path, NULL), 404); /* not his */
    assert_int_equal(extended_try(&t, 0, "DELETE", path, NULL), 0);
    assert_int_equal(extended_try(&t, 0, "DELETE", path, NULL), 404);
    snprintf(path, sizeof path, "/user/order/%llu", 1790000000000000000ull + oid);
    assert_int_equal(extended_try(&t, 0, "DELETE", path, NULL), 0);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 0);
    assert_int_equal(extended_try(&t, 0, "DELETE", "/user/order/12x", NULL), 400);
}

/* Ids differ in digits that a double does not have. */
static void test_mass_cancel(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    char id[PG_EXTENDED_ID], body[512];
    uint64_t a = extended_place(&t, 0, true, "2991", "1"), b = extended_place(&t, 0, true, "2992", "1");
    assert_int_equal(extended_send(&t, 0, &order, id, NULL), 0);
    snprintf(body, sizeof body, "{\"orderIds\":[%llu]}", 1790000000000000000ull + b);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order/massCancel", body), 0);
    assert_int_equal(extended_find(&t, 0, a)->status, PG_EXCHANGE_OPEN);
    assert_int_equal(extended_find(&t, 0, b)->status, PG_EXCHANGE_CANCELLED);
    snprintf(body, sizeof body, "{\"externalOrderIds\":[\"%s\",\"unknown\"]}", id);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order/massCancel", body), 0);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 1);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order/massCancel", "{\"markets\":[\"BTC-USD\"]}"), 0);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 1);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order/massCancel", "{\"cancelAll\":true}"), 0);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 0);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order/massCancel", "{}"), 400);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/order/massCancel", "{\"orderIds\":[\"1\"]}"), 400);
}

static void test_dead_man(void **state)
{
    (void)state;
    extended_place(&t, 0, true, "2991", "1");
    extended_place(&t, 1, true, "2991", "1");
    assert_int_equal(extended_try(&t, 0, "POST", "/user/deadmanswitch?countdownTime=60", ""), 0);
    extended_step(&t, 40000);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/deadmanswitch?countdownTime=60", ""), 0);
    extended_step(&t, 59000);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 1);
    extended_step(&t, 1000);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 0);
    assert_int_equal(pg_exchange_open_count(t.core, 1), 1); /* another account's switch */
    extended_place(&t, 0, true, "2991", "1");
    assert_int_equal(extended_try(&t, 0, "POST", "/user/deadmanswitch?countdownTime=5", ""), 0);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/deadmanswitch?countdownTime=0", ""), 0);
    extended_step(&t, 10000);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 1);
    assert_int_equal(extended_try(&t, 0, "POST", "/user/deadmanswitch", ""), 400);
}

static void test_expiry(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    order.expiry_ms = (uint64_t)(t.now_ns / 1000000) + 1500;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    extended_step(&t, 1499);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 1);
    extended_step(&t, 1);
    expect_order("/user/orders/history", 0, "data.0.status", "EXPIRED");
}

/* A condition that opens a position, when the last price rises. */
static void test_conditional(void **state)
{
    (void)state;
    const pg_extended_trigger trigger = { .price = "3010", .source = PG_EXTENDED_LAST, .up = true, .market = true };
    pg_extended_order order = extended_order(&t, true, "3050", "1");
    order.type = PG_EXTENDED_CONDITIONAL;
    order.trigger = &trigger;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    expect_order("/user/orders?type=CONDITIONAL", 0, "data.0.status", "UNTRIGGERED");
    expect_order("/user/orders", 0, "data.0.trigger.direction", "UP");
    extended_push(&t, EXTENDED_ETH, PG_EVENT_TRADE, PG_BUY, 30100, 1);
    extended_step(&t, 10);
    assert_int_equal(extended_position(&t, 0), 1000);
}

/* An order with both legs: they wait for it, and one ends when the other has filled. */
static void test_legs(void **state)
{
    (void)state;
    const pg_extended_leg profit = { .trigger_price = "3010", .trigger_source = PG_EXTENDED_LAST, .price = "3009" };
    const pg_extended_leg loss = {
        .trigger_price = "2990", .trigger_source = PG_EXTENDED_LAST, .price = "2900", .market = true
    };
    pg_extended_order order = extended_order(&t, true, "3000.2", "1");
    char id[PG_EXTENDED_ID], tp[PG_EXTENDED_ID + 4];
    order.legs = PG_EXTENDED_LEGS_ORDER;
    order.take_profit = &profit;
    order.stop_loss = &loss;
    assert_int_equal(extended_send(&t, 0, &order, id, NULL), 0);
    assert_int_equal(extended_position(&t, 0), 1000);
    cJSON *answer = extended_get(&t, 0, "/user/orders?type=TPSL");
    assert_int_equal(cJSON_GetArraySize(extended_in(answer, "data")), 2);
    snprintf(tp, sizeof tp, "%s-tp", id);
    assert_string_equal(extended_text(answer, "data.0.externalId"), tp);
    assert_string_equal(extended_text(answer, "data.0.takeProfit.triggerPrice"), "3010");
    assert_string_equal(extended_text(answer, "data.1.stopLoss.price"), "2900");
    cJSON_Delete(answer);
    expect_order("/user/positions", 0, "data.0.slTriggerPrice", "2990");
    extended_push(&t, EXTENDED_ETH, PG_EVENT_TRADE, PG_SELL, 29900, 1);
    extended_step(&t, 10);
    assert_int_equal(extended_position(&t, 0), 0);
    expect_order("/user/orders/history?type=TPSL", 0, "data.1.statusReason", "TPSL_OTHER_SIDE_FILLED");
    expect_order("/user/positions/history", 0, "data.0.exitType", "TRADE");
}

/* A stop loss of a whole position, by itself. */
static void test_position_stop(void **state)
{
    (void)state;
    extended_place(&t, 0, true, "3000.2", "1");
    /* floor(60000000 * 50 / 2900) at three decimals: more than it can ever be. */
    const pg_extended_leg loss = { .trigger_price = "2990",
                                   .trigger_source = PG_EXTENDED_LAST,
                                   .price = "2900",
                                   .market = true,
                                   .quantity = "1034482.758" };
    pg_extended_order order = extended_order(&t, false, "0", "0");
    order.type = PG_EXTENDED_TPSL;
    order.reduce_only = true;
    order.legs = PG_EXTENDED_LEGS_POSITION;
    order.stop_loss = &loss;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    extended_place(&t, 0, true, "3000.2", "2");
    extended_push(&t, EXTENDED_ETH, PG_EVENT_TRADE, PG_SELL, 29900, 1);
    extended_step(&t, 10);
    assert_int_equal(extended_position(&t, 0), 0);
}

static void test_reduce_only(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, false, "2999.9", "1");
    order.reduce_only = true;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 1137);
    extended_place(&t, 0, true, "3000.2", "1");
    order = extended_order(&t, true, "3000.2", "1");
    order.reduce_only = true;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 1138);
    order = extended_order(&t, false, "2999.9", "1.001");
    order.reduce_only = true;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 1136);
    order = extended_order(&t, false, "2999.9", "1");
    order.reduce_only = true;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    assert_int_equal(extended_position(&t, 0), 0);
    expect_order("/user/positions", 0, "data.0.id", "");
    expect_order("/user/positions/history", 0, "data.0.realisedPnlBreakdown.tradePnl", "-0.200000");
}

/* Two accounts, one trade. */
static void test_two_accounts(void **state)
{
    (void)state;
    extended_place(&t, 0, false, "3000.1", "2");
    extended_place(&t, 1, true, "3000.1", "2");
    expect_order("/user/trades", 0, "data.0.isTaker", "false");
    expect_order("/user/trades", 0, "data.0.fee", "0.00000000");
    expect_order("/user/trades", 1, "data.0.isTaker", "true");
    cJSON *maker = extended_get(&t, 0, "/user/trades"), *taker = extended_get(&t, 1, "/user/trades");
    assert_string_equal(extended_text(maker, "data.0.id"), extended_text(taker, "data.0.id"));
    cJSON_Delete(maker);
    cJSON_Delete(taker);
}

/* Steps that are no powers of ten. */
static void test_odd_market(void **state)
{
    (void)state;
    pg_extended_order order = extended_order(&t, true, "2.5", "120");
    order.market = &t.market[EXTENDED_ODD];
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 0);
    expect_order("/user/orders?market=ODD-USD", 0, "data.0.price", "2.5");
    expect_order("/user/orders?market=ODD-USD", 0, "data.0.qty", "120");
}

static void test_funding(void **state)
{
    (void)state;
    extended_place(&t, 0, true, "3000.2", "1");
    extended_step(&t, 1000);
    extended_step(&t, 3600000);
    expect_order("/user/funding/history?startTime=0", 0, "data.0.side", "LONG");
    expect_order("/user/funding/history?startTime=0", 0, "data.0.size", "1");
    expect_order("/user/funding/history?fromTime=0", 0, "data.0.fundingRate", "0.0000125");
    assert_int_equal(extended_try(&t, 0, "GET", "/user/funding/history", NULL), 400);
    expect_order("/info/ETH-USD/funding?startTime=0&endTime=9999999999999", -1, "data.0.f", "0.0000125");
}

static void test_leverage(void **state)
{
    (void)state;
    expect_order("/user/leverage?market=ETH-USD", 0, "data.0.leverage", "20");
    expect_order("/user/leverage?market=ODD-USD", 0, "data.0.leverage", "10");
    static const struct {
        const char *body;
        int code;
    } tries[] = { { "{\"market\":\"ETH-USD\",\"leverage\":\"5\"}", 0 },
                  { "{\"market\":\"ETH-USD\",\"leverage\":7}", 0 },
                  { "{\"market\":\"ETH-USD\",\"leverage\":\"0\"}", 1049 },
                  { "{\"market\":\"ETH-USD\",\"leverage\":\"51\"}", 1050 },
                  { "{\"market\":\"ETH-USD\",\"leverage\":\"1.5\"}", 1053 },
                  { "{\"market\":\"ETH-USD\",\"leverage\":\"x\"}", 400 },
                  { "{\"market\":\"ETH-USD\"}", 400 },
                  { "{\"market\":\"NO-USD\",\"leverage\":\"5\"}", 1001 } };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        assert_int_equal(extended_try(&t, 0, "PATCH", "/user/leverage", tries[i].body), tries[i].code);
    expect_order("/user/leverage?market=ETH-USD", 0, "data.0.leverage", "7");
    extended_place(&t, 0, true, "3000.2", "9");
    assert_int_equal(extended_try(&t, 0, "PATCH", "/user/leverage", "{\"market\":\"ETH-USD\",\"leverage\":\"1\"}"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fills, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_liquidity, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_post_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replace_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replace_margin, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mass_cancel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dead_man, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_expiry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_conditional, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_legs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_position_stop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reduce_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_accounts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_odd_market, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_funding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_leverage, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
