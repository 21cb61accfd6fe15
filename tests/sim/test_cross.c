/* The cross fill model (quant.md 8.4), by hand: quotes valid for 60, cool-down 60 a side, a gap of more than 1800 voids
 * the quotes and warms up for 900 (support/venue.h; nanoseconds stand for seconds here). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/venue.h"

static venue v;

static void reopen(int64_t max_position, bool ignore_aggressor)
{
    if (v.matcher)
        venue_close(&v);
    pg_matcher_config config = venue_config();
    config.fill = PG_FILL_CROSS;
    config.max_position = max_position;
    config.ignore_aggressor = ignore_aggressor;
    venue_open(&v, &config);
}

static int open_venue(void **state)
{
    (void)state;
    reopen(0, false);
    return 0;
}

static int close_venue(void **state)
{
    (void)state;
    venue_close(&v);
    v.matcher = NULL;
    return 0;
}

/* A trade that reaches the quote fills all of it at its own price: no queue, whatever the size of the trade. */
static void test_fill(void **state)
{
    (void)state;
    uint64_t bid = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 1001, 500);
    assert_int_equal(venue_filled(&v, 0), 0);
    venue_trade(&v, PG_SELL, 1000, 1);
    assert_int_equal(venue_filled(&v, bid), 10);
    assert_int_equal(venue_last(&v)->price, 1000);
    assert_true(venue_last(&v)->maker);
    assert_int_equal((int64_t)venue_last(&v)->fee, -1); /* 10000 x -0.0001 */
    assert_int_equal(pg_matcher_open_orders(v.matcher), 0);
}

static void test_aggressor(void **state)
{
    (void)state;
    uint64_t bid = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_BUY, 1000, 5); /* a buyer does not sell to us */
    assert_int_equal(venue_filled(&v, bid), 0);
    reopen(0, true);
    bid = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_BUY, 1000, 5);
    assert_int_equal(venue_filled(&v, bid), 10);
}

/* One print fills one quote; when the side it would have met rests, the other is looked at. */
static void test_one_side(void **state)
{
    (void)state;
    reopen(0, true);
    uint64_t bid = venue_order(&v, PG_BUY, 1001, 10, PG_TIF_ALO, false);
    venue_level(&v, PG_BUY, 1000, 0);
    venue_level(&v, PG_BUY, 999, 0);
    venue_cancel(&v, bid, PG_BUY);
    uint64_t ask = venue_order(&v, PG_SELL, 1000, 10, PG_TIF_ALO, false);
    bid = venue_order(&v, PG_BUY, 999, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SIDE_NONE, 1000, 5); /* at the ask, not at the bid */
    assert_int_equal(venue_filled(&v, ask), 10);
    assert_int_equal(venue_filled(&v, bid), 0);
    venue_trade(&v, PG_SIDE_NONE, 999, 5); /* the ask side rests, the bid is met */
    assert_int_equal(venue_filled(&v, bid), 10);
}

static void test_validity(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    uint64_t late = venue_order(&v, PG_BUY, 999, 10, PG_TIF_ALO, false);
    v.now_ns += 60; /* to the end of the 60 */
    venue_trade(&v, PG_SELL, 1000, 1);
    assert_int_equal(venue_filled(&v, id), 10);
    v.now_ns += 1;
    venue_trade(&v, PG_SELL, 990, 1);
    assert_int_equal(venue_filled(&v, late), 0);
    assert_int_equal(venue_last_of(&v, late)->kind, PG_REPLY_CANCELLED);
    assert_int_equal(venue_last_of(&v, late)->reason, PG_REASON_EXPIRED);
}

static void test_cooldown(void **state)
{
    (void)state;
    uint64_t first = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 1000, 1);
    assert_int_equal(venue_filled(&v, first), 10);
    v.now_ns += 30;
    uint64_t second = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    uint64_t ask = venue_order(&v, PG_SELL, 1002, 10, PG_TIF_ALO, false);
    v.now_ns += 29; /* 59 after the fill */
    venue_trade(&v, PG_SELL, 990, 1);
    assert_int_equal(venue_filled(&v, second), 0);
    venue_trade(&v, PG_BUY, 1002, 1); /* the other side does not rest */
    assert_int_equal(venue_filled(&v, ask), 10);
    v.now_ns += 1;
    venue_trade(&v, PG_SELL, 990, 1);
    assert_int_equal(venue_filled(&v, second), 10);
}

/* At most 15 long: of the second 10 only 5 fill, the rest stays; a sale makes room again. */
static void test_capacity(void **state)
{
    (void)state;
    reopen(15, false);
    venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 1000, 1);
    v.now_ns += 60;
    uint64_t second = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 1000, 1);
    assert_int_equal(venue_filled(&v, second), 5);
    assert_int_equal(pg_matcher_position(v.matcher), 15);
    v.now_ns += 60;
    venue_trade(&v, PG_SELL, 1000, 1);
    assert_int_equal(venue_filled(&v, second), 5);
    venue_order(&v, PG_SELL, 1002, 30, PG_TIF_ALO, false);
    venue_trade(&v, PG_BUY, 1002, 1); /* 30: from 15 long to 15 short */
    assert_int_equal(pg_matcher_position(v.matcher), -15);
    venue_trade(&v, PG_SELL, 1000, 1);
    assert_int_equal(venue_filled(&v, second), 10);
    assert_int_equal(pg_matcher_position(v.matcher), -10);
}

/* A silence of more than 1800: the quotes are void before the event that ends it, and nothing fills for 900. */
static void test_gap(void **state)
{
    (void)state;
    venue_close(&v);
    pg_matcher_config config = venue_config();
    config.fill = PG_FILL_CROSS;
    config.validity_ns = 1000000;
    venue_open(&v, &config);
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    v.now_ns += 1800; /* no more than that */
    venue_level(&v, PG_BUY, 999, 50);
    assert_int_equal(pg_matcher_open_orders(v.matcher), 1);
    v.now_ns += 1801;
    venue_trade(&v, PG_SELL, 990, 1);
    assert_int_equal(venue_filled(&v, id), 0);
    assert_int_equal(venue_last_of(&v, id)->reason, PG_REASON_EXPIRED);
    int64_t resumed = v.now_ns;
    id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    v.now_ns = resumed + 899;
    venue_trade(&v, PG_SELL, 990, 1);
    assert_int_equal(venue_filled(&v, id), 0);
    v.now_ns = resumed + 900;
    venue_trade(&v, PG_SELL, 990, 1);
    assert_int_equal(venue_filled(&v, id), 10);
}

static void test_no_look_back(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_event(
        &v, (pg_event){ .kind = PG_EVENT_TRADE, .side = PG_SELL, .price = 990, .size = 5, .exch_ns = v.now_ns - 1 });
    assert_int_equal(venue_filled(&v, id), 0);
    venue_trade(&v, PG_SELL, 1000, 0); /* no trade at all */
    assert_int_equal(venue_filled(&v, id), 0);
}

#define in_venue(name) cmocka_unit_test_setup_teardown(name, open_venue, close_venue)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_venue(test_fill),     in_venue(test_aggressor), in_venue(test_one_side), in_venue(test_validity),
        in_venue(test_cooldown), in_venue(test_capacity),  in_venue(test_gap),      in_venue(test_no_look_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
