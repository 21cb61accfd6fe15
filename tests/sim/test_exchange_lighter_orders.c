/* Orders on the built-in Lighter exchange, over REST: placed, met, changed, cancelled, in groups, in slices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
    pg_exchange_balance balance;
    (void)state;
    pg_exchange_get_balance(&balance, t.core);
    assert_int_equal(balance.positions, 0);
    assert_true(balance.money_e12 == 0);
    li_close(&t);
    return 0;
}

/* The i-th order of a list that the trader sees; the caller deletes *answer. */
static const cJSON *order_at(cJSON **answer, int trader, const char *list, int i)
{
    char path[128];
    li_log_in(&t, trader);
    snprintf(path, sizeof path, "/api/v1/%s?account_index=%lld&limit=100", list, (long long)li_account_index(trader));
    *answer = li_get(&t, path);
    assert_int_equal(li_code(*answer), 200);
    return cJSON_GetArrayItem(li_member(*answer, "orders"), i);
}

static void expect_order(int trader, const char *list, int i, const char *status, const char *filled)
{
    cJSON *answer;
    const cJSON *order = order_at(&answer, trader, list, i);
    assert_string_equal(li_text(order, "status"), status);
    assert_string_equal(li_text(order, "filled_base_amount"), filled);
    cJSON_Delete(answer);
}

static pg_lighter_tx on_index(int type, int64_t index)
{
    pg_lighter_tx tx = { .type = type };
    tx.value[PG_LIGHTER_MARKET_INDEX] = LI_ETH_ID;
    tx.value[PG_LIGHTER_INDEX] = index;
    return tx;
}

static void test_rests_and_is_cancelled(void **state)
{
    cJSON *answer;
    (void)state;
    assert_int_equal(li_limit(&t, 0, false, 299950, 10000, LI_GTT), 200);
    const cJSON *order = order_at(&answer, 0, "accountActiveOrders", 0);
    assert_string_equal(li_text(order, "status"), "open");
    assert_string_equal(li_text(order, "price"), "2999.50");
    assert_string_equal(li_text(order, "remaining_base_amount"), "1.0000");
    assert_string_equal(li_text(order, "client_order_id"), "1");
    assert_string_equal(li_text(order, "type"), "limit");
    assert_string_equal(li_text(order, "time_in_force"), "good-till-time");
    int64_t index = strtoll(li_text(order, "order_id"), NULL, 10);
    assert_true(index >= (int64_t)1 << 48);
    cJSON_Delete(answer);
    pg_lighter_tx cancel = on_index(PG_LIGHTER_CANCEL_ORDER, index);
    assert_int_equal(li_do(&t, 0, &cancel), 200);
    expect_order(0, "accountInactiveOrders", 0, "canceled", "0.0000");
    assert_int_equal(li_do(&t, 0, &cancel), 0); /* accepted, and it fails */
    assert_string_equal(t.body, "given order is not an active order");
}

static void test_by_client_index(void **state)
{
    (void)state;
    assert_int_equal(li_limit(&t, 0, false, 299950, 10000, LI_POST_ONLY), 200);
    pg_lighter_tx again = li_order(&t, false, 299940, 10000, 0, LI_GTT);
    again.value[PG_LIGHTER_CLIENT_ORDER_INDEX] = 1;
    assert_int_equal(li_do(&t, 0, &again), 21728);
    pg_lighter_tx cancel = on_index(PG_LIGHTER_CANCEL_ORDER, 1);
    assert_int_equal(li_do(&t, 0, &cancel), 200);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 0);
    assert_int_equal(li_do(&t, 0, &again), 21728); /* it is still known */
}

static void test_taker(void **state)
{
    cJSON *answer;
    (void)state;
    assert_int_equal(li_limit(&t, 0, false, 300020, 20000, LI_IOC), 200);
    assert_int_equal(li_position(&t, 0), 20000);
    expect_order(0, "accountInactiveOrders", 0, "filled", "2.0000");
    answer = li_get(&t, "/api/v1/trades?sort_by=trade_id&limit=10&account_index=10");
    const cJSON *trade = cJSON_GetArrayItem(li_member(answer, "trades"), 0);
    assert_string_equal(li_text(trade, "price"), "3000.20");
    assert_string_equal(li_text(trade, "usd_amount"), "6000.400000");
    assert_string_equal(li_text(trade, "bid_client_id_str"), "1");
    assert_true(cJSON_IsTrue(li_member(trade, "is_maker_ask")));
    assert_int_equal(li_member(trade, "taker_fee")->valueint, 280);
    assert_int_equal(li_member(trade, "bid_account_id")->valueint, 10);
    cJSON_Delete(answer);
    answer = li_get(&t, "/api/v1/account?by=index&value=10");
    const cJSON *account = cJSON_GetArrayItem(li_member(answer, "accounts"), 0);
    const cJSON *position = cJSON_GetArrayItem(li_member(account, "positions"), 0);
    assert_string_equal(li_text(position, "position"), "2.0000");
    assert_string_equal(li_text(position, "avg_entry_price"), "3000.20");
    assert_int_equal(li_member(position, "sign")->valueint, 1);
    assert_string_equal(li_text(account, "collateral"), "99998.319888"); /* 2.8 bps of 6000.4 paid */
    cJSON_Delete(answer);
}

static void test_short(void **state)
{
    (void)state;
    assert_int_equal(li_limit(&t, 1, true, 300000, 10000, LI_IOC), 200);
    cJSON *answer = li_get(&t, "/api/v1/account?by=index&value=11");
    const cJSON *account = cJSON_GetArrayItem(li_member(answer, "accounts"), 0);
    const cJSON *position = cJSON_GetArrayItem(li_member(account, "positions"), 0);
    assert_string_equal(li_text(position, "position"), "1.0000");
    assert_int_equal(li_member(position, "sign")->valueint, -1);
    assert_string_equal(li_text(account, "collateral"), "100000.000000"); /* a standard account pays nothing */
    cJSON_Delete(answer);
}

static void test_two_accounts_meet(void **state)
{
    cJSON *answer;
    (void)state;
    assert_int_equal(li_limit(&t, 1, true, 300010, 10000, LI_POST_ONLY), 200);
    assert_int_equal(li_limit(&t, 0, false, 300010, 4000, LI_IOC), 200);
    assert_int_equal(li_position(&t, 0), 4000);
    assert_int_equal(li_position(&t, 1), -4000);
    expect_order(1, "accountActiveOrders", 0, "open", "0.4000");
    li_log_in(&t, 1);
    answer = li_get(&t, "/api/v1/trades?sort_by=timestamp&limit=10&account_index=11&role=maker");
    const cJSON *trade = cJSON_GetArrayItem(li_member(answer, "trades"), 0);
    assert_int_equal(li_member(trade, "ask_account_id")->valueint, 11);
    assert_int_equal(li_member(trade, "bid_account_id")->valueint, 10);
    assert_string_equal(li_text(trade, "ask_client_id_str"), "1");
    assert_string_equal(li_text(trade, "bid_client_id_str"), "2");
    cJSON_Delete(answer);
}

static void test_ends(void **state)
{
    (void)state;
    assert_int_equal(li_limit(&t, 0, false, 300030, 10000, LI_POST_ONLY), 200); /* executed: and gone */
    expect_order(0, "accountInactiveOrders", 0, "canceled-post-only", "0.0000");
    pg_lighter_tx market = li_order(&t, false, 300020, 200000, 1, LI_IOC);
    assert_int_equal(li_do(&t, 0, &market), 200);
    expect_order(0, "accountInactiveOrders", 0, "canceled-too-much-slippage", "10.0000");
    assert_int_equal(li_limit(&t, 0, true, 300100, 10000, LI_GTT), 200);
    li_step(&t, 3600001);
    expect_order(0, "accountInactiveOrders", 0, "canceled-expired", "0.0000");
    assert_int_equal(li_limit(&t, 0, true, 300015, 10000, LI_GTT), 200);
    assert_int_equal(li_limit(&t, 0, false, 300015, 10000, LI_GTT), 200); /* its own: the resting one goes */
    expect_order(0, "accountInactiveOrders", 0, "canceled-self-trade", "0.0000");
}

static void test_reduce_only(void **state)
{
    (void)state;
    pg_lighter_tx close = li_order(&t, true, 299990, 0, 0, LI_IOC);
    close.value[PG_LIGHTER_REDUCE_ONLY] = 1;
    assert_int_equal(li_do(&t, 0, &close), 0);
    assert_string_equal(t.body, "reduce only increases position");
    assert_int_equal(li_limit(&t, 0, false, 300020, 15000, LI_IOC), 200);
    close.value[PG_LIGHTER_CLIENT_ORDER_INDEX] = ++t.client;
    assert_int_equal(li_do(&t, 0, &close), 200); /* 0: the whole */
    assert_int_equal(li_position(&t, 0), 0);
}

static void test_modify(void **state)
{
    cJSON *answer;
    (void)state;
    assert_int_equal(li_limit(&t, 0, true, 300020, 20000, LI_GTT), 200);
    assert_int_equal(li_limit(&t, 1, false, 300020, 105000, LI_IOC), 200); /* 10 of the flow, 0.5 of ours */
    int64_t index = li_newest_open(&t, 0)->note[0];
    pg_lighter_tx modify = on_index(PG_LIGHTER_MODIFY_ORDER, index);
    modify.value[PG_LIGHTER_BASE_AMOUNT] = 30000;
    modify.value[PG_LIGHTER_PRICE] = 300050;
    assert_int_equal(li_do(&t, 0, &modify), 200);
    const cJSON *order = order_at(&answer, 0, "accountActiveOrders", 0);
    assert_int_equal(strtoll(li_text(order, "order_id"), NULL, 10), index);
    assert_string_equal(li_text(order, "initial_base_amount"), "3.0000");
    assert_string_equal(li_text(order, "remaining_base_amount"), "2.5000");
    assert_string_equal(li_text(order, "filled_base_amount"), "0.5000");
    assert_string_equal(li_text(order, "filled_quote_amount"), "1500.100000");
    assert_string_equal(li_text(order, "price"), "3000.50");
    cJSON_Delete(answer);
    answer = NULL;
    assert_null(order_at(&answer, 0, "accountInactiveOrders", 0)); /* it is the same order */
    cJSON_Delete(answer);
    modify.value[PG_LIGHTER_BASE_AMOUNT] = 5000; /* all of it has filled */
    assert_int_equal(li_do(&t, 0, &modify), 0);
    assert_string_equal(t.body, "invalid base amount");
}

static void test_cancel_all(void **state)
{
    (void)state;
    pg_lighter_tx all = { .type = PG_LIGHTER_CANCEL_ALL_ORDERS };
    for (int i = 0; i < 3; i++)
        assert_int_equal(li_limit(&t, 0, false, 299900 - i, 10000, LI_GTT), 200);
    assert_int_equal(li_do(&t, 0, &all), 200);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 0);
    /* Later: and not, when it is taken back; and then it is. */
    assert_int_equal(li_limit(&t, 0, false, 299900, 10000, LI_GTT), 200);
    all.value[PG_LIGHTER_CANCEL_TIME_IN_FORCE] = 1;
    all.value[PG_LIGHTER_CANCEL_TIME] = li_now_ms(&t) + 299000;
    assert_int_equal(li_do(&t, 0, &all), 21714);
    all.value[PG_LIGHTER_CANCEL_TIME] = li_now_ms(&t) + 301000;
    assert_int_equal(li_do(&t, 0, &all), 200);
    pg_lighter_tx abort_it = { .type = PG_LIGHTER_CANCEL_ALL_ORDERS };
    abort_it.value[PG_LIGHTER_CANCEL_TIME_IN_FORCE] = 2;
    assert_int_equal(li_do(&t, 0, &abort_it), 200);
    li_step(&t, 301000);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 1);
    all.value[PG_LIGHTER_CANCEL_TIME] = li_now_ms(&t) + 301000;
    assert_int_equal(li_do(&t, 0, &all), 200);
    li_step(&t, 301000);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 0);
}

static void test_cancel_all_of_a_market(void **state)
{
    (void)state;
    li_level(&t, LI_BTC, PG_BUY, 1000000, 100000);
    li_level(&t, LI_BTC, PG_SELL, 1000010, 100000);
    assert_int_equal(li_limit(&t, 0, false, 299900, 10000, LI_GTT), 200);
    pg_lighter_tx btc = li_order(&t, false, 999000, 1000, 0, LI_GTT);
    btc.value[PG_LIGHTER_MARKET_INDEX] = 1;
    assert_int_equal(li_do(&t, 0, &btc), 200);
    pg_lighter_tx all = { .type = PG_LIGHTER_CANCEL_ALL_ORDERS };
    assert_int_equal(pg_lighter_tx_attribute(&all, PG_LIGHTER_CANCEL_MARKET, 0, NULL), PG_OK);
    assert_int_equal(li_do(&t, 0, &all), 200);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 1);
    assert_int_equal(li_newest_open(&t, 0)->market, LI_BTC);
}

/* ---- triggers and groups ---- */

static void set_order(int64_t *order, li_test *test, bool ask, int64_t type, int64_t trigger, int64_t price,
                      int64_t size)
{
    pg_lighter_tx tx = li_order(test, ask, price, size, type, type >= 2 ? LI_IOC : LI_GTT);
    memcpy(order, tx.value, PG_LIGHTER_ORDER_FIELDS * sizeof *order);
    order[PG_LIGHTER_TRIGGER_PRICE] = trigger;
    order[PG_LIGHTER_REDUCE_ONLY] = type >= 2;
    order[PG_LIGHTER_ORDER_EXPIRY] = li_now_ms(test) + 3600000;
}

static void move_market(int64_t bid)
{
    for (int i = 0; i < 3; i++) {
        li_level(&t, LI_ETH, PG_BUY, 300000 - 10 * i, 0);
        li_level(&t, LI_ETH, PG_SELL, 300020 + 10 * i, 0);
    }
    li_level(&t, LI_ETH, PG_BUY, bid, 500000);
    li_level(&t, LI_ETH, PG_SELL, bid + 10, 500000);
    li_print(&t, LI_ETH, PG_SELL, bid, 1);
    li_step(&t, 10);
}

static void test_stop_loss(void **state)
{
    (void)state;
    assert_int_equal(li_limit(&t, 0, false, 300020, 10000, LI_IOC), 200);
    pg_lighter_tx stop = { .type = PG_LIGHTER_CREATE_ORDER };
    set_order(stop.value, &t, true, 2, 295000, 290000, 0);
    assert_int_equal(li_do(&t, 0, &stop), 200);
    expect_order(0, "accountActiveOrders", 0, "pending", "0.0000");
    move_market(296000);
    assert_int_equal(li_position(&t, 0), 10000);
    li_level(&t, LI_ETH, PG_BUY, 296000, 0);
    li_level(&t, LI_ETH, PG_SELL, 296010, 0);
    move_market(294000);
    assert_int_equal(li_position(&t, 0), 0);
    expect_order(0, "accountInactiveOrders", 0, "filled", "1.0000");
}

static void test_one_cancels_other(void **state)
{
    (void)state;
    assert_int_equal(li_limit(&t, 0, false, 300020, 10000, LI_IOC), 200);
    pg_lighter_tx group = { .type = PG_LIGHTER_CREATE_GROUPED_ORDERS, .orders = 2 };
    group.value[PG_LIGHTER_GROUPING_TYPE] = 2;
    set_order(group.order[0], &t, true, 2, 290000, 280000, 10000);
    set_order(group.order[1], &t, true, 4, 310000, 300000, 10000);
    assert_int_equal(li_do(&t, 0, &group), 200);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 2);
    move_market(311000);
    assert_int_equal(li_position(&t, 0), 0);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 0);
    expect_order(0, "accountInactiveOrders", 0, "canceled-oco", "0.0000");
    expect_order(0, "accountInactiveOrders", 1, "filled", "1.0000");
}

static void test_one_triggers_two(void **state)
{
    cJSON *answer;
    (void)state;
    pg_lighter_tx group = { .type = PG_LIGHTER_CREATE_GROUPED_ORDERS, .orders = 3 };
    group.value[PG_LIGHTER_GROUPING_TYPE] = 3;
    set_order(group.order[0], &t, false, 0, 0, 299950, 10000);
    set_order(group.order[1], &t, true, 2, 290000, 280000, 0);
    set_order(group.order[2], &t, true, 4, 310000, 300000, 0);
    assert_int_equal(li_do(&t, 0, &group), 200);
    const cJSON *child = order_at(&answer, 0, "accountActiveOrders", 1);
    assert_string_equal(li_text(child, "trigger_status"), "parent-order");
    const cJSON *parent = cJSON_GetArrayItem(li_member(answer, "orders"), 0);
    assert_string_equal(li_text(child, "parent_order_id"), li_text(parent, "order_id"));
    assert_string_equal(li_text(parent, "to_trigger_order_id_0"), li_text(child, "order_id"));
    cJSON_Delete(answer);
    /* The parent is moved: its children stay with it. */
    pg_lighter_tx modify = on_index(PG_LIGHTER_MODIFY_ORDER, li_newest_open(&t, 0)->note[9]);
    modify.value[PG_LIGHTER_PRICE] = 299960;
    assert_int_equal(li_do(&t, 0, &modify), 200);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 3);
    li_print(&t, LI_ETH, PG_SELL, 299900, 500000);
    assert_int_equal(li_position(&t, 0), 10000);
    move_market(289000);
    assert_int_equal(li_position(&t, 0), 0);
    expect_order(0, "accountInactiveOrders", 0, "canceled-oco", "0.0000");
}

static void test_twap(void **state)
{
    cJSON *answer;
    (void)state;
    pg_lighter_tx twap = { .type = PG_LIGHTER_CREATE_ORDER };
    set_order(twap.value, &t, false, 6, 0, 301000, 100000);
    twap.value[PG_LIGHTER_TIME_IN_FORCE] = LI_GTT;
    twap.value[PG_LIGHTER_REDUCE_ONLY] = 0;
    twap.value[PG_LIGHTER_ORDER_EXPIRY] = li_now_ms(&t) + 300001; /* ten slices */
    assert_int_equal(li_do(&t, 0, &twap), 200);
    li_step(&t, 0);
    assert_int_equal(li_position(&t, 0), 10000);
    li_step(&t, 30000);
    assert_int_equal(li_position(&t, 0), 20000);
    const cJSON *order = order_at(&answer, 0, "accountActiveOrders", 0);
    assert_string_equal(li_text(order, "type"), "twap");
    assert_string_equal(li_text(order, "filled_base_amount"), "2.0000");
    cJSON_Delete(answer);
    for (int i = 0; i < 8; i++)
        li_step(&t, 30000);
    assert_int_equal(li_position(&t, 0), 100000);
    assert_null(order_at(&answer, 0, "accountActiveOrders", 0));
    cJSON_Delete(answer);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, open_one, close_one)
    const struct CMUnitTest tests[] = {
        ONE(test_rests_and_is_cancelled),
        ONE(test_by_client_index),
        ONE(test_taker),
        ONE(test_short),
        ONE(test_two_accounts_meet),
        ONE(test_ends),
        ONE(test_reduce_only),
        ONE(test_modify),
        ONE(test_cancel_all),
        ONE(test_cancel_all_of_a_market),
        ONE(test_stop_loss),
        ONE(test_one_cancels_other),
        ONE(test_one_triggers_two),
        ONE(test_twap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
