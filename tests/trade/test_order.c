/* The order's state machine: every state and reply, amounts, and the pool of open orders. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "trade/orders.h"

/* What each reply makes of an order in each state, with 10 of 10 open; a fill is of 4. "" is refused. */
static const char *const table[5][8] = {
    /*                        ACCEPTED          REJECTED    FILL              CANCELLED    REPLACED */
    [PG_ORDER_PENDING_NEW] = { "", "live", "rejected", "pending_new", "cancelled", "", "", "" },
    [PG_ORDER_LIVE] = { "", "", "", "live", "cancelled", "", "", "" },
    [PG_ORDER_PENDING_REPLACE] = { "", "", "", "pending_replace", "cancelled", "live", "", "live" },
    /* a replacement's reply may still be on its way when a cancel was asked for */
    [PG_ORDER_PENDING_CANCEL] = { "", "pending_cancel", "rejected", "pending_cancel", "cancelled", "pending_cancel",
                                  "live", "pending_cancel" },
};

static pg_order order_in(int state)
{
    return (pg_order){ .id = 1, .price = 100, .remaining = 10, .state = (uint8_t)state, .side = PG_BUY };
}

static void test_every_pair(void **state)
{
    (void)state;
    for (int s = PG_ORDER_PENDING_NEW; s < PG_ORDER_STATES; s++)
        for (int kind = 0; kind < 12; kind++) {
            pg_order order = order_in(s), before = order;
            pg_reply reply = { .id = 1, .kind = (uint8_t)kind, .price = 99, .size = 4, .remaining = 7 };
            const char *expected = s <= PG_ORDER_PENDING_CANCEL && kind < 8 ? table[s][kind] : "";
            bool applied = pg_order_apply(&order, &reply);
            if (applied != (expected[0] != 0))
                fail_msg("%s with reply %d: %s", pg_order_state_name(s), kind, applied ? "applied" : "refused");
            if (!applied) {
                assert_memory_equal(&order, &before, sizeof order);
                continue;
            }
            if (strcmp(pg_order_state_name(order.state), expected) != 0)
                fail_msg("%s with reply %d is %s, not %s", pg_order_state_name(s), kind,
                         pg_order_state_name(order.state), expected);
            assert_int_equal(order.filled, kind == PG_REPLY_FILL ? 4 : 0);
            assert_int_equal(order.remaining, kind == PG_REPLY_FILL ? 6 : kind == PG_REPLY_REPLACED ? 7 : 10);
            assert_int_equal(order.price, kind == PG_REPLY_REPLACED ? 99 : 100);
        }
}

static void test_filled(void **state)
{
    (void)state;
    for (int s = PG_ORDER_PENDING_NEW; s <= PG_ORDER_PENDING_CANCEL; s++) {
        pg_order order = order_in(s);
        assert_true(pg_order_apply(&order, &(pg_reply){ .kind = PG_REPLY_FILL, .size = 9 }));
        assert_int_equal(order.state, s);
        assert_false(pg_order_is_final(&order));
        assert_true(pg_order_apply(&order, &(pg_reply){ .kind = PG_REPLY_FILL, .size = 1 }));
        assert_int_equal(order.state, PG_ORDER_FILLED);
        assert_true(pg_order_is_final(&order));
        assert_int_equal(order.filled, 10);
        assert_false(pg_order_apply(&order, &(pg_reply){ .kind = PG_REPLY_FILL, .size = 1 }));
        assert_false(pg_order_apply(&order, &(pg_reply){ .kind = PG_REPLY_CANCELLED }));
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(pg_order_state_name(PG_ORDER_LIVE), "live");
    assert_string_equal(pg_order_state_name(-1), "unknown");
    assert_string_equal(pg_order_state_name(PG_ORDER_STATES), "unknown");
    for (int i = 0; i < PG_REASONS; i++)
        if (i != PG_REASON_UNKNOWN)
            assert_string_not_equal(pg_reason_name(i), "unknown");
    assert_string_equal(pg_reason_name(PG_REASON_LIMIT), "limit");
    assert_string_equal(pg_reason_name(PG_REASONS), "unknown");
}

/* ---- the pool ---- */

typedef struct {
    pg_request request[2048];
    int count;
} sent;

static void take(void *self, const pg_request *request)
{
    sent *s = self;
    s->request[s->count++] = *request;
}

static void answer(pg_orders *orders, uint64_t id, int kind, int64_t size)
{
    pg_order after;
    assert_true(pg_orders_reply(orders, &(pg_reply){ .id = id, .kind = (uint8_t)kind, .size = size, .remaining = size },
                                &after));
    assert_int_equal(after.id, id);
}

static void test_pool(void **state)
{
    (void)state;
    static sent log;
    static pg_orders orders;
    log.count = 0;
    pg_orders_init(&orders, (pg_gateway){ &log, take }, 100);
    pg_request buy = { .side = PG_BUY, .price = 50, .size = 8, .tif = PG_TIF_ALO };
    uint64_t id = pg_orders_place(&orders, &buy, false, 5);
    assert_int_equal(id, 100);
    assert_int_equal(log.request[0].kind, PG_REQUEST_NEW);
    assert_int_equal(log.request[0].id, 100);
    pg_order *order = pg_orders_find(&orders, id);
    assert_false(pg_orders_cancel(&orders, order)); /* not acknowledged yet */
    assert_false(pg_orders_replace(&orders, order, 49, 8, 0));
    answer(&orders, id, PG_REPLY_ACCEPTED, 8);
    assert_true(pg_orders_replace(&orders, order, 49, 20, 0));
    assert_int_equal(log.request[1].open, 8);
    assert_int_equal(pg_orders_open_size(&orders, PG_BUY), 20);
    answer(&orders, id, PG_REPLY_FILL, 3); /* crossed the replacement: what can fill in all is still 20 */
    assert_int_equal(pg_orders_open_size(&orders, PG_BUY), 17);
    assert_false(pg_orders_cancel(&orders, order));
    answer(&orders, id, PG_REPLY_REPLACED, 17);
    assert_int_equal(order->remaining, 17);
    assert_int_equal(pg_orders_open_size(&orders, PG_SELL), 0);
    assert_true(pg_orders_cancel(&orders, order));
    assert_false(pg_orders_cancel(&orders, order));
    answer(&orders, id, PG_REPLY_FILL, 17); /* the fill was first */
    assert_int_equal(orders.count, 0);
    assert_null(pg_orders_find(&orders, id));
    pg_order after;
    assert_false(pg_orders_reply(&orders, &(pg_reply){ .id = id, .kind = PG_REPLY_CANCEL_REFUSED }, &after));
    assert_int_equal(orders.counts.unmatched, 0); /* late, not wrong */
    assert_false(pg_orders_reply(&orders, &(pg_reply){ .id = id, .kind = PG_REPLY_CANCELLED }, &after));
    assert_int_equal(orders.counts.unmatched, 1);
    assert_int_equal(orders.counts.placed, 1);
    assert_int_equal(orders.counts.filled, 1);
    assert_int_equal(orders.counts.replaced, 1);
    assert_int_equal(orders.counts.requests, 3);
}

static void test_pool_is_bounded(void **state)
{
    (void)state;
    static sent log;
    static pg_orders orders;
    log.count = 0;
    pg_orders_init(&orders, (pg_gateway){ &log, take }, 1);
    for (int i = 0; i < PG_ORDERS_MAX; i++)
        assert_int_equal(pg_orders_place(&orders, &(pg_request){ .side = PG_SELL, .price = 9, .size = 1 }, false, 0),
                         (uint64_t)i + 1);
    assert_int_equal(pg_orders_place(&orders, &(pg_request){ .side = PG_SELL, .price = 9, .size = 1 }, false, 0), 0);
    assert_int_equal(log.count, PG_ORDERS_MAX);
    assert_int_equal(pg_orders_cancel_all(&orders), PG_ORDERS_MAX); /* nothing can be cancelled yet */
    assert_int_equal(log.count, PG_ORDERS_MAX);
    for (uint64_t id = 1; id <= PG_ORDERS_MAX; id += 2)
        answer(&orders, id, PG_REPLY_ACCEPTED, 1);
    assert_int_equal(pg_orders_cancel_all(&orders), PG_ORDERS_MAX);
    assert_int_equal(log.count, PG_ORDERS_MAX + PG_ORDERS_MAX / 2);
    for (uint64_t id = 1; id <= PG_ORDERS_MAX; id += 2)
        answer(&orders, id, PG_REPLY_CANCELLED, 0);
    assert_int_equal(orders.count, PG_ORDERS_MAX / 2);
    for (int i = 0; i < orders.count; i++)
        assert_int_equal(orders.order[i].id, 2 * (uint64_t)i + 2); /* the order of placing stays */
}

/* A replacement that is set afresh: fills come off the old order, then off the new one; the order is not over before
 * the replacement was answered. */
static void test_fresh(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        pg_order order = order_in(PG_ORDER_PENDING_REPLACE);
        order.fresh = true;
        order.next_size = 8;
        assert_true(pg_order_apply(&order, &(pg_reply){ .kind = PG_REPLY_FILL, .size = 4 }));
        assert_int_equal(order.remaining, 6);
        assert_int_equal(order.next_size, 8);
        assert_true(pg_order_apply(&order, &(pg_reply){ .kind = PG_REPLY_FILL, .size = kind == 3 ? 9 : 6 }));
        assert_int_equal(order.state, PG_ORDER_PENDING_REPLACE);
        assert_int_equal(order.remaining, 0);
        assert_int_equal(order.next_size, kind == 3 ? 5 : 8);
        assert_int_equal(order.filled, kind == 3 ? 13 : 10);
        static const uint8_t replies[] = { PG_REPLY_REPLACED, PG_REPLY_REPLACE_REFUSED, PG_REPLY_CANCELLED,
                                           PG_REPLY_REPLACED };
        static const uint8_t states[] = { PG_ORDER_LIVE, PG_ORDER_FILLED, PG_ORDER_CANCELLED, PG_ORDER_LIVE };
        assert_true(pg_order_apply(&order, &(pg_reply){ .kind = replies[kind], .price = 99, .remaining = 5 }));
        assert_int_equal(order.state, states[kind]);
        if (kind % 3 == 0)
            assert_int_equal(order.remaining, 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair), cmocka_unit_test(test_filled),          cmocka_unit_test(test_names),
        cmocka_unit_test(test_pool),       cmocka_unit_test(test_pool_is_bounded), cmocka_unit_test(test_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
