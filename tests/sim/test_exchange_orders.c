/* What orders, cancels, triggers, modifications and settings do on the exchange. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_orders.h"

/* ---- orders ---- */

static void test_limit_order(void **state)
{
    (void)state;
    uint64_t oid = exchange_order(&t, 0, true, "3000.2", "12", PG_HL_GTC);
    assert_non_null(strstr(t.body, "resting")); /* 10 at once, 2 rest */
    assert_int_equal(order_at(oid)->remaining, 20000);
    assert_int_equal(exchange_position(&t, 0), 100000);
    cancel(1, oid, EXCHANGE_DEAD); /* not his */
    cancel(0, oid, "");
    cancel(0, oid, EXCHANGE_DEAD);
    cancel(0, 1, EXCHANGE_DEAD);
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

/* ---- triggers ---- */

static pg_hl_order trigger(bool is_buy, const char *limit, const char *at, pg_hl_tpsl kind, bool market)
{
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, is_buy, limit, "1", PG_HL_TIF_NONE);
    order.reduce_only = true;
    order.trigger.price = at;
    order.trigger.tpsl = kind;
    order.trigger.is_market = market;
    return order;
}

/* The mark goes through a price: the book moves there, and something trades. */
static void move_mark(int64_t bid)
{
    for (int i = 0; i < 3; i++) {
        exchange_level(&t, EXCHANGE_ETH, PG_BUY, 300000 - 10 * i, 0);
        exchange_level(&t, EXCHANGE_ETH, PG_SELL, 300020 + 10 * i, 0);
    }
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, bid, 1000000);
    exchange_level(&t, EXCHANGE_ETH, PG_SELL, bid + 20, 1000000);
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, bid, 100);
    pg_hl_exchange_step(t.server);
}

static void test_trigger_refused(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.2", "3", PG_HL_IOC);
    static const struct {
        const char *limit, *at;
        pg_hl_tpsl kind;
        bool market;
    } bad[] = { { "2900", "3010", PG_HL_STOP_LOSS, true },   /* above the mark */
                { "2900", "2990", PG_HL_TAKE_PROFIT, true }, /* below it */
                { "2991", "2990", PG_HL_STOP_LOSS, true } }; /* a limit that the trigger's price does not reach */
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pg_hl_order order = trigger(false, bad[i].limit, bad[i].at, bad[i].kind, bad[i].market);
        expect_order(0, &order, "Invalid TP/SL price. asset=1");
    }
    pg_hl_order order = trigger(false, "2900", "2990", PG_HL_STOP_LOSS, true);
    order.reduce_only = false;
    expect_order(0, &order, "Invalid TP/SL price."); /* its whole batch */
    order = trigger(true, "3100", "3010", PG_HL_STOP_LOSS, true);
    expect_order(0, &order, "Reduce only order would increase position. asset=1");
}

/* A stop waits, is listed as what it is, and sells when the mark has fallen to it. */
static void test_stop(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.2", "3", PG_HL_IOC);
    pg_hl_order order = trigger(false, "2900", "2990", PG_HL_STOP_LOSS, true);
    exchange_place(&t, 0, &order, NULL, 0);
    assert_non_null(strstr(t.body, "[\"waitingForTrigger\"]"));
    uint64_t oid = newest_open();
    char request[128];
    snprintf(request, sizeof request, "{\"type\":\"frontendOpenOrders\",\"user\":\"%s\"}", t.address[0]);
    cJSON_Delete(exchange_info(&t, request));
    assert_non_null(strstr(t.body, "\"triggerCondition\":\"Price below 2990\",\"isTrigger\":true,\"triggerPx\":"
                                   "\"2990.0\""));
    assert_non_null(strstr(t.body, "\"orderType\":\"Stop Market\",\"tif\":null"));
    move_mark(299100);
    assert_int_equal(exchange_position(&t, 0), 30000);
    move_mark(298000);
    assert_int_equal(exchange_position(&t, 0), 20000);
    assert_int_equal(order_at(oid)->status, PG_EXCHANGE_FILLED);
}

/* A take profit that rests at its limit; when nothing is left to reduce, it goes. */
static void test_take_profit(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.2", "1", PG_HL_IOC);
    pg_hl_order order = trigger(false, "3020", "3010", PG_HL_TAKE_PROFIT, false);
    exchange_place(&t, 0, &order, NULL, 0);
    uint64_t first = newest_open();
    order = trigger(false, "2900", "2990", PG_HL_STOP_LOSS, true);
    exchange_place(&t, 0, &order, NULL, 0);
    uint64_t second = newest_open();
    move_mark(301000);
    assert_int_equal(order_at(first)->status, PG_EXCHANGE_OPEN);
    assert_false(order_at(first)->waiting);
    assert_int_equal(pg_exchange_touch(t.core, EXCHANGE_ETH, PG_SELL).price, 301020);
    exchange_print(&t, EXCHANGE_ETH, PG_BUY, 302500, 50000);
    assert_int_equal(order_at(first)->status, PG_EXCHANGE_FILLED);
    move_mark(298000);
    assert_int_equal(order_at(second)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(order_at(second)->reason, PG_EXCHANGE_REDUCE_ONLY);
    order = trigger(false, "2900", "2970", PG_HL_STOP_LOSS, true);
    exchange_order(&t, 0, true, "2980.2", "1", PG_HL_IOC);
    exchange_place(&t, 0, &order, NULL, 0);
    cancel(0, newest_open(), "");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_limit_order),        in_exchange(test_immediate_order),
        in_exchange(test_partial_fills),      in_exchange(test_reduce_only),
        in_exchange(test_trigger_refused),    in_exchange(test_stop),
        in_exchange(test_take_profit),        in_exchange(test_modify),
        in_exchange(test_modify_refused),     in_exchange(test_modify_always),
        in_exchange(test_modify_keeps_cloid), in_exchange(test_schedule_gate),
        in_exchange(test_schedule),           in_exchange(test_leverage),
        in_exchange(test_isolated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
