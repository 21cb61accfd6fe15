/* Several accounts in one market: who trades with whom, at which price, in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/market.h"
#include "support/venue.h"

enum { OWNERS = 4 };

static venue v;

static int set_up(void **state)
{
    (void)state;
    pg_matcher_config config = venue_config();
    config.owners = OWNERS;
    venue_open(&v, &config);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    venue_close(&v);
    return 0;
}

static uint64_t order_of(int owner, int side, int64_t price, int64_t size, int tif, bool reduce_only)
{
    uint64_t id = v.next_id++;
    pg_request request = { .kind = PG_REQUEST_NEW,
                           .id = id,
                           .side = (uint8_t)side,
                           .price = price,
                           .size = size,
                           .tif = (uint8_t)tif,
                           .reduce_only = reduce_only };
    pg_matcher_request_of(v.matcher, owner, &request, v.now_ns);
    return id;
}

/* The i-th reply from the end is a fill of this order. */
static void expect_fill(int from_end, uint64_t id, int64_t price, int64_t size, int64_t remaining, bool maker)
{
    const pg_reply *reply = &v.reply[v.count - 1 - from_end];
    assert_int_equal(reply->kind, PG_REPLY_FILL);
    assert_int_equal(reply->id, id);
    assert_int_equal(reply->price, price);
    assert_int_equal(reply->size, size);
    assert_int_equal(reply->remaining, remaining);
    assert_int_equal(reply->maker, maker);
}

/* The resting order gets its own price, and its fill is told directly before the incoming one's. */
static void test_meets_other(void **state)
{
    (void)state;
    uint64_t ask = order_of(1, PG_SELL, 1001, 10, PG_TIF_ALO, false);
    uint64_t bid = order_of(2, PG_BUY, 1001, 4, PG_TIF_GTC, false);
    expect_fill(1, ask, 1001, 4, 6, true);
    expect_fill(0, bid, 1001, 4, 0, false);
    bid = order_of(3, PG_BUY, 1005, 6, PG_TIF_IOC, false);
    expect_fill(1, ask, 1001, 6, 0, true);
    expect_fill(0, bid, 1001, 6, 0, false);
    assert_int_equal(pg_matcher_open_orders(v.matcher), 0);
}

/* Better prices first, the book before an order at its price, orders by arrival, then the next price. */
static void test_priority(void **state)
{
    (void)state;
    uint64_t same = order_of(0, PG_SELL, 1002, 10, PG_TIF_ALO, false);
    uint64_t later = order_of(1, PG_SELL, 1002, 10, PG_TIF_ALO, false);
    uint64_t better = order_of(2, PG_SELL, 1001, 10, PG_TIF_ALO, false);
    int before = v.count;
    uint64_t bid = order_of(3, PG_BUY, 1003, 140, PG_TIF_IOC, false);
    static const int64_t sizes[] = { 10, 100, 10, 10, 10 };
    uint64_t makers[] = { better, 0, same, later, 0 };
    int i = before + 1; /* behind the acceptance */
    for (int k = 0; k < 5; k++) {
        if (makers[k]) {
            assert_int_equal(v.reply[i].id, makers[k]);
            assert_true(v.reply[i++].maker);
        }
        assert_int_equal(v.reply[i].id, bid);
        assert_int_equal(v.reply[i++].size, sizes[k]);
    }
    assert_int_equal(i, v.count);
    assert_int_equal(pg_book_size(pg_matcher_book(v.matcher), PG_SELL, 1003), 90);
}

/* What an incoming order took from the book stood in front of the orders behind. */
static void test_queue_moves(void **state)
{
    (void)state;
    uint64_t ask = order_of(0, PG_SELL, 1002, 10, PG_TIF_ALO, false); /* 100 ahead */
    order_of(1, PG_BUY, 1002, 95, PG_TIF_IOC, false);
    venue_trade(&v, PG_BUY, 1002, 7);
    assert_int_equal(venue_filled(&v, ask), 2);
}

/* Post-only is refused for another's order as for the book; one's own is cancelled. */
static void test_post_only(void **state)
{
    (void)state;
    uint64_t ask = order_of(1, PG_SELL, 1001, 10, PG_TIF_ALO, false);
    uint64_t bid = order_of(2, PG_BUY, 1001, 1, PG_TIF_ALO, false);
    assert_int_equal(venue_last_of(&v, bid)->kind, PG_REPLY_REJECTED);
    assert_int_equal(venue_last_of(&v, bid)->reason, PG_REASON_POST_ONLY);
    uint64_t own = order_of(1, PG_BUY, 1001, 1, PG_TIF_ALO, false);
    assert_int_equal(venue_last_of(&v, own)->kind, PG_REPLY_ACCEPTED);
    assert_int_equal(venue_last_of(&v, ask)->reason, PG_REASON_SELF_TRADE);
}

/* Only one's own orders are taken away, and what is behind them fills. */
static void test_self_trade(void **state)
{
    (void)state;
    uint64_t own = order_of(1, PG_SELL, 1001, 10, PG_TIF_ALO, false);
    uint64_t other = order_of(2, PG_SELL, 1001, 10, PG_TIF_ALO, false);
    uint64_t bid = order_of(1, PG_BUY, 1001, 10, PG_TIF_IOC, false);
    assert_int_equal(venue_last_of(&v, own)->reason, PG_REASON_SELF_TRADE);
    assert_int_equal(venue_filled(&v, other), 10);
    assert_int_equal(venue_filled(&v, bid), 10);
}

/* One print is given out once, whoever's the orders are. */
static void test_print_is_shared(void **state)
{
    (void)state;
    uint64_t a = order_of(0, PG_BUY, 1001, 10, PG_TIF_ALO, false);
    uint64_t b = order_of(1, PG_BUY, 1001, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 1001, 12);
    assert_int_equal(venue_filled(&v, a), 10);
    assert_int_equal(venue_filled(&v, b), 2);
}

/* Reduce-only looks at the position of its owner, both of the order that comes and of the one that rests. */
static void test_reduce_only(void **state)
{
    (void)state;
    order_of(1, PG_BUY, 1002, 5, PG_TIF_IOC, false); /* 1 is long 5 */
    uint64_t stranger = order_of(2, PG_SELL, 1001, 5, PG_TIF_GTC, true);
    assert_int_equal(venue_last_of(&v, stranger)->reason, PG_REASON_REDUCE_ONLY);
    uint64_t first = order_of(1, PG_SELL, 1001, 3, PG_TIF_ALO, true);
    uint64_t second = order_of(1, PG_SELL, 1001, 4, PG_TIF_ALO, true);
    uint64_t bid = order_of(2, PG_BUY, 1001, 20, PG_TIF_IOC, false);
    assert_int_equal(venue_filled(&v, first), 3);
    assert_int_equal(venue_filled(&v, second), 2); /* and not 4: nothing is left to reduce */
    assert_int_equal(venue_last_of(&v, second)->reason, PG_REASON_REDUCE_ONLY);
    assert_int_equal(venue_filled(&v, bid), 5);
}

/* An order belongs to its owner. */
static void test_cancel_other(void **state)
{
    (void)state;
    uint64_t ask = order_of(1, PG_SELL, 1005, 10, PG_TIF_ALO, false);
    pg_request request = { .kind = PG_REQUEST_CANCEL, .id = ask, .side = PG_SELL };
    pg_matcher_request_of(v.matcher, 2, &request, v.now_ns);
    assert_int_equal(venue_last(&v)->kind, PG_REPLY_CANCEL_REFUSED);
    pg_matcher_request_of(v.matcher, 1, &request, v.now_ns);
    assert_int_equal(venue_last(&v)->kind, PG_REPLY_CANCELLED);
}

/* Random orders of all owners among the market's events: between two accounts nothing is won or lost, and every fill of
 * a resting order by an incoming one is mirrored by it. */
static void test_random(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int i = 0; i < 3000 && v.count < VENUE_REPLIES - 200; i++) {
        int before = v.count, side = market_random(&random) & 1 ? PG_BUY : PG_SELL;
        int64_t price = 996 + (int64_t)(market_random(&random) % 12), size = 1 + (int64_t)(market_random(&random) % 20);
        v.now_ns += 10;
        switch (market_random(&random) % 8) {
        case 0: venue_trade(&v, side, price, size); break;
        case 1: venue_level(&v, side, side == PG_BUY ? price - 6 : price + 6, size); break;
        default:
            order_of((int)(market_random(&random) % OWNERS), side, price, size, (int)(market_random(&random) % 3),
                     market_random(&random) % 4 == 0);
            for (int k = before; k < v.count; k++)
                if (v.reply[k].kind == PG_REPLY_FILL && v.reply[k].maker) {
                    assert_true(k + 1 < v.count && v.reply[k + 1].kind == PG_REPLY_FILL && !v.reply[k + 1].maker);
                    assert_int_equal(v.reply[k + 1].size, v.reply[k].size);
                    assert_int_equal(v.reply[k + 1].price, v.reply[k].price);
                }
        }
        const pg_line *bids = pg_matcher_line(v.matcher, PG_BUY), *asks = pg_matcher_line(v.matcher, PG_SELL);
        if (bids->count > 0 && asks->count > 0)
            assert_true(bids->order[0].price < asks->order[0].price);
    }
}

#define in_venue(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_venue(test_meets_other), in_venue(test_priority),     in_venue(test_queue_moves),
        in_venue(test_post_only),   in_venue(test_self_trade),   in_venue(test_print_is_shared),
        in_venue(test_reduce_only), in_venue(test_cancel_other), in_venue(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
