/* Orders that belong together: a parent with its stop loss and take profit, those of a whole position; and builders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_orders.h"

enum { PARENT, PROFIT, LOSS, GROUP };

static pg_hl_order child(const char *size, const char *at, pg_hl_tpsl kind)
{
    pg_hl_order order = { .asset = EXCHANGE_ETH, .price = at, .size = size, .reduce_only = true };
    order.trigger.price = at;
    order.trigger.tpsl = kind;
    order.trigger.is_market = true;
    return order;
}

/* A buy with a take profit at 3010 and a stop loss at 2990; the caller deletes the answer. */
static cJSON *place_group(const char *price, pg_hl_tif tif)
{
    pg_hl_order list[GROUP] = { exchange_limit(EXCHANGE_ETH, true, price, "1", tif),
                                child("1", "3010", PG_HL_TAKE_PROFIT), child("1", "2990", PG_HL_STOP_LOSS) };
    list[PROFIT].cloid = "0x00000000000000000000000000000001";
    list[LOSS].cloid = "0x00000000000000000000000000000002";
    pg_hl_action action = { .kind = PG_HL_ORDER,
                            .order = { .list = list, .count = GROUP, .grouping = PG_HL_NORMAL_TPSL } };
    return exchange_act(&t, 0, &action);
}

static void expect_child(int number, const char *words)
{
    char request[160];
    snprintf(request, sizeof request, "{\"type\":\"orderStatus\",\"user\":\"%s\",\"oid\":\"0x%032d\"}", t.address[0],
             number);
    cJSON *answer = exchange_info(&t, request);
    const cJSON *order = cJSON_GetObjectItemCaseSensitive(answer, "order");
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(order, "status");
    if (!cJSON_IsString(status) || strcmp(status->valuestring, words) != 0)
        fail_msg("child %d: %s, not %s", number, t.body, words);
    cJSON_Delete(answer);
}

static void expect_text(const cJSON *answer, int i, const char *words)
{
    const cJSON *status = exchange_status(answer, i);
    if (!cJSON_IsString(status) || strcmp(status->valuestring, words) != 0)
        fail_msg("element %d of %s is not %s", i, t.body, words);
}

static uint64_t resting(const cJSON *answer)
{
    const cJSON *placed = cJSON_GetObjectItemCaseSensitive(exchange_status(answer, PARENT), "resting");
    const cJSON *oid = cJSON_GetObjectItemCaseSensitive(placed, "oid");
    assert_true(cJSON_IsNumber(oid));
    return (uint64_t)oid->valuedouble;
}

/* Lets the mark go to a price (cents). */
static void mark(int64_t price)
{
    pg_event event = { .kind = PG_EVENT_MARK, .price = price, .price2 = price, .flags = PG_EVENT_LAST };
    pg_hl_exchange_push(t.server, EXCHANGE_ETH, &event, 1);
    pg_hl_exchange_step(t.server);
}

/* ---- a parent and its children ---- */

static void test_children_wait(void **state)
{
    (void)state;
    cJSON *answer = place_group("2999.5", PG_HL_GTC);
    uint64_t parent = resting(answer);
    expect_text(answer, PROFIT, "waitingForFill");
    expect_text(answer, LOSS, "waitingForFill");
    cJSON_Delete(answer);

    char request[128];
    snprintf(request, sizeof request, "{\"type\":\"frontendOpenOrders\",\"user\":\"%s\"}", t.address[0]);
    answer = exchange_info(&t, request);
    assert_int_equal(cJSON_GetArraySize(answer), 1); /* the children are in their parent */
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer->child, "children")), 2);
    cJSON_Delete(answer);

    mark(298000); /* beyond the stop, which does not count yet */
    expect_child(LOSS, "open");
    mark(300010);
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 299940, 500000); /* through the parent's price */
    assert_int_equal(order_at(parent)->status, PG_EXCHANGE_FILLED);
    answer = exchange_info(&t, request);
    assert_int_equal(cJSON_GetArraySize(answer), 2);
    cJSON_Delete(answer);
}

static void test_sibling(void **state)
{
    (void)state;
    cJSON *answer = place_group("3000.5", PG_HL_IOC);
    expect_text(answer, PROFIT, "waitingForTrigger"); /* the parent has filled */
    cJSON_Delete(answer);
    assert_int_equal(exchange_position(&t, 0), 10000);
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, 301050, 100000);
    mark(301000);
    expect_child(PROFIT, "filled");
    expect_child(LOSS, "siblingFilledCanceled");
    assert_int_equal(exchange_position(&t, 0), 0);
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 0);
}

static void test_parent_cancelled(void **state)
{
    (void)state;
    cJSON *answer = place_group("2990", PG_HL_GTC);
    cancel(0, resting(answer), "");
    cJSON_Delete(answer);
    expect_child(PROFIT, "canceled");
    expect_child(LOSS, "canceled");
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 0);
}

static void test_all_cancelled(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "2980", "1", PG_HL_GTC);
    cJSON_Delete(place_group("2990", PG_HL_GTC));
    exchange_order(&t, 0, true, "2981", "1", PG_HL_GTC);
    int account = exchange_account(&t, 0);
    assert_int_equal(pg_exchange_cancel_all(t.core, account, -1, PG_EXCHANGE_BY_SCHEDULE), 5);
    assert_int_equal(pg_exchange_open_count(t.core, account), 0);
    expect_child(LOSS, "scheduledCancel");
}

static void test_parent_refused(void **state)
{
    (void)state;
    cJSON *answer = place_group("3001", PG_HL_ALO);
    for (int i = 0; i < GROUP; i++)
        assert_non_null(strstr(refusal(answer, i), "Post only order would have immediately matched"));
    cJSON_Delete(answer);
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 0);
}

static void test_no_group(void **state)
{
    (void)state;
    pg_hl_order list[] = { exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_GTC),
                           exchange_limit(EXCHANGE_ETH, false, "3010", "1", PG_HL_GTC) };
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = list, .count = 2, .grouping = PG_HL_NORMAL_TPSL } };
    expect_action(0, &action, "Invalid TP/SL grouping."); /* the second has no trigger */
    list[1] = child("1", "3010", PG_HL_TAKE_PROFIT);
    list[1].is_buy = true; /* the parent's side */
    expect_action(0, &action, "Invalid TP/SL grouping.");
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 0);
}

/* ---- a whole position ---- */

static uint64_t protect(void)
{
    pg_hl_order order = child("0", "2990", PG_HL_STOP_LOSS);
    pg_hl_action action = { .kind = PG_HL_ORDER,
                            .order = { .list = &order, .count = 1, .grouping = PG_HL_POSITION_TPSL } };
    cJSON *answer = exchange_act(&t, 0, &action);
    expect_text(answer, 0, "waitingForTrigger");
    cJSON_Delete(answer);
    return newest_open();
}

static void test_whole_position(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3001", "1", PG_HL_IOC);
    uint64_t stop = protect();
    exchange_order(&t, 0, true, "3001", "2", PG_HL_IOC); /* it follows the position */
    mark(299000);
    assert_int_equal(exchange_position(&t, 0), 0);
    assert_int_equal(order_at(stop)->status, PG_EXCHANGE_FILLED);
    assert_int_equal(order_at(stop)->size, 30000);
}

static void test_position_closed(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3001", "1", PG_HL_IOC);
    uint64_t stop = protect();
    exchange_order(&t, 0, false, "2999", "0.5", PG_HL_IOC);
    assert_int_equal(order_at(stop)->status, PG_EXCHANGE_OPEN);
    exchange_order(&t, 0, false, "2999", "0.5", PG_HL_IOC);
    assert_int_equal(order_at(stop)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(order_at(stop)->reason, PG_EXCHANGE_REDUCE_ONLY);
}

/* ---- builders ---- */

static void approve(const char *rate, const char *words)
{
    pg_hl_action action = { .kind = PG_HL_APPROVE_BUILDER_FEE,
                            .approval = { .address = t.address[3], .fee_rate = rate } };
    expect_action(0, &action, words);
}

static void order_through(int64_t fee, const char *words)
{
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3001", "1", PG_HL_IOC);
    pg_hl_action action = { .kind = PG_HL_ORDER,
                            .order = { .list = &order, .count = 1, .builder = t.address[3], .builder_fee = fee } };
    expect_action(0, &action, words);
}

static void test_builder(void **state)
{
    (void)state;
    order_through(10, "Builder fee has not been approved.");
    approve("0.01", "Invalid builder or fee rate");
    approve("2%", "Invalid builder or fee rate");
    approve("0.0001%", "Invalid builder or fee rate");
    approve("0.01%", "");
    order_through(11, "Builder fee has not been approved.");
    order_through(101, "Invalid builder or fee rate");
    order_through(10, "");
    const pg_exchange_fill *fill = pg_exchange_fill_at(t.core, exchange_account(&t, 0), 0);
    assert_true(fill->builder_fee == 300020); /* 1 bp of 3000.2, and the exchange's 4.5; millionths */
    assert_true(fill->fee == 300020 + 1350090);
    approve("0%", "");
    order_through(1, "Builder fee has not been approved.");
    pg_exchange_balance balance;
    pg_exchange_get_balance(&balance, t.core);
    assert_true(balance.positions == 0 && balance.money_e12 == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_children_wait),  in_exchange(test_sibling),         in_exchange(test_parent_cancelled),
        in_exchange(test_all_cancelled),  in_exchange(test_parent_refused),  in_exchange(test_no_group),
        in_exchange(test_whole_position), in_exchange(test_position_closed), in_exchange(test_builder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
