/* The matching engine against cases worked by hand: support/venue.h has the book they start from. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/venue.h"

static venue v;

static int open_venue(void **state)
{
    (void)state;
    pg_matcher_config config = venue_config();
    venue_open(&v, &config);
    return 0;
}

static int close_venue(void **state)
{
    (void)state;
    venue_close(&v);
    return 0;
}

static void expect_last(uint64_t id, int kind, int reason)
{
    const pg_reply *last = venue_last(&v);
    if (last->id != id || last->kind != kind || last->reason != reason)
        fail_msg("reply %d (%s) to order %d; expected %d (%s) to %d", last->kind, pg_reason_name(last->reason),
                 (int)last->id, kind, pg_reason_name(reason), (int)id);
}

static void expect_fill(const pg_reply *reply, uint64_t id, int64_t price, int64_t size, int64_t remaining, bool maker)
{
    assert_int_equal(reply->kind, PG_REPLY_FILL);
    assert_int_equal(reply->id, id);
    assert_int_equal(reply->price, price);
    assert_int_equal(reply->size, size);
    assert_int_equal(reply->remaining, remaining);
    assert_int_equal(reply->maker, maker);
    assert_int_equal(reply->exch_ns, v.now_ns);
}

/* 100 ahead at 1000: a sale of 104 leaves 4 of our 10, the next 6 and no more. Rebate 1 bp: fee = -notional / 10000. */
static void test_partial_fills(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    expect_last(id, PG_REPLY_ACCEPTED, PG_REASON_NONE);
    venue_trade(&v, PG_SELL, 1000, 100);
    assert_int_equal(v.count, 1);
    venue_trade(&v, PG_SELL, 1000, 4);
    expect_fill(venue_last(&v), id, 1000, 4, 6, true);
    assert_int_equal((int64_t)venue_last(&v)->fee, 0); /* 4000 x -0.0001 = -0.4 */
    venue_trade(&v, PG_SELL, 1000, 50);
    expect_fill(venue_last(&v), id, 1000, 6, 0, true);
    assert_int_equal((int64_t)venue_last(&v)->fee, -1); /* 6000 x -0.0001 = -0.6 */
    assert_int_equal(pg_matcher_position(v.matcher), 10);
    assert_int_equal(pg_matcher_open_orders(v.matcher), 0);
    venue_trade(&v, PG_SELL, 990, 50);
    assert_int_equal(v.count, 3);
}

/* Fees round half away from zero: 5000 x 0.0001 = 0.5 becomes 1, and a rebate of 0.5 becomes 1 too. */
static void test_fee_rounding(void **state)
{
    (void)state;
    assert_int_equal((int64_t)pg_fee(5000, 10000), 1);
    assert_int_equal((int64_t)pg_fee(4999, 10000), 0);
    assert_int_equal((int64_t)pg_fee(5000, -10000), -1);
    assert_int_equal((int64_t)pg_fee(4999, -10000), 0);
    assert_int_equal((int64_t)pg_fee(15000, 10000), 2);
    assert_int_equal((int64_t)pg_fee(14999, 10000), 1);
    /* 1e15 x 1e15 notional at 4.5 bps does not overflow: 4.5e26. */
    assert_true(pg_fee((pg_money)1000000000000000 * 1000000000000000, 45000) ==
                (pg_money)450000000000000 * 1000000000000);
    uint64_t id = venue_order(&v, PG_BUY, 1000, 5, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 999, 5);
    expect_fill(venue_last(&v), id, 1000, 5, 0, true);
    assert_int_equal((int64_t)venue_last(&v)->fee, -1);
}

/* The aggressor's side decides whom a print meets; without one it fills only what it went strictly through. */
static void test_aggressor(void **state)
{
    (void)state;
    uint64_t bid = venue_order(&v, PG_BUY, 1001, 5, PG_TIF_ALO, false);
    uint64_t ask = venue_order(&v, PG_SELL, 1002, 5, PG_TIF_ALO, false);
    venue_trade(&v, PG_BUY, 1001, 50); /* a buyer does not meet bids, and 1001 does not reach our ask */
    assert_int_equal(venue_filled(&v, 0), 0);
    venue_trade(&v, PG_SIDE_NONE, 1001, 50);
    assert_int_equal(venue_filled(&v, 0), 0);
    venue_trade(&v, PG_SIDE_NONE, 1000, 2);
    assert_int_equal(venue_filled(&v, bid), 2);
    venue_trade(&v, PG_SIDE_NONE, 1003, 2);
    assert_int_equal(venue_filled(&v, ask), 2);
    venue_trade(&v, PG_SELL, 1001, 1); /* we improved the price: nobody ahead */
    assert_int_equal(venue_filled(&v, bid), 3);
    venue_trade(&v, PG_SELL, 1001, 0);
    venue_trade(&v, PG_SELL, 1001, -5);
    assert_int_equal(venue_filled(&v, 0), 5);
}

/* An order that arrives after a trade is not filled by it, even when the tape tells of the trade later. */
static void test_order_after_trade(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1001, 5, PG_TIF_ALO, false);
    venue_event(
        &v, (pg_event){ .kind = PG_EVENT_TRADE, .side = PG_SELL, .price = 1000, .size = 50, .exch_ns = v.now_ns - 1 });
    assert_int_equal(venue_filled(&v, id), 0);
    /* Nor by a book of before. */
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL,
                                .side = PG_SELL,
                                .price = 1001,
                                .size = 50,
                                .flags = PG_EVENT_LAST,
                                .exch_ns = v.now_ns - 1 });
    assert_int_equal(venue_filled(&v, id), 0);
    venue_event(&v,
                (pg_event){ .kind = PG_EVENT_TRADE, .side = PG_SELL, .price = 1000, .size = 50, .exch_ns = v.now_ns });
    assert_int_equal(venue_filled(&v, id), 5);
}

/* The asks come down through our bid of 10 at 1000: filled at our price, up to the size that crosses; what we took is
 * gone from the book until the venue restates the level. */
static void test_book_crosses(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    uint64_t other = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_level(&v, PG_BUY, 1000, 0);
    venue_level(&v, PG_SELL, 1000, 4);
    expect_fill(venue_last(&v), id, 1000, 4, 6, true);
    assert_int_equal(pg_book_size(pg_matcher_book(v.matcher), PG_SELL, 1000), 0);
    venue_level(&v, PG_SELL, 1005, 7); /* another level: nothing crosses */
    assert_int_equal(venue_filled(&v, 0), 4);
    venue_level(&v, PG_SELL, 999, 8);
    assert_int_equal(venue_filled(&v, id), 10);
    assert_int_equal(venue_filled(&v, other), 2);
    expect_fill(venue_last(&v), other, 1000, 2, 8, true);
    assert_int_equal(pg_matcher_position(v.matcher), 12);
}

/* Inside a message the touch may look crossed: only its end counts. */
static void test_cross_waits_for_message(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_SELL, 1002, 10, PG_TIF_ALO, false);
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL, .side = PG_BUY, .price = 1002, .size = 5 });
    assert_int_equal(venue_filled(&v, id), 0);
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL, .side = PG_BUY, .price = 1002, .flags = PG_EVENT_LAST });
    assert_int_equal(venue_filled(&v, id), 0);
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL, .side = PG_BUY, .price = 1002, .size = 5 });
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL, .side = PG_BUY, .price = 980, .flags = PG_EVENT_LAST });
    assert_int_equal(venue_filled(&v, id), 5);
}

static void snapshot(int64_t bid, int64_t bid_size, int64_t ask, int64_t ask_size)
{
    venue_event(&v, (pg_event){ .kind = PG_EVENT_SNAPSHOT_BEGIN });
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL, .side = PG_BUY, .price = bid, .size = bid_size });
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL, .side = PG_BUY, .price = bid - 20, .size = 1 });
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL, .side = PG_SELL, .price = ask, .size = ask_size });
    venue_event(&v, (pg_event){ .kind = PG_EVENT_SNAPSHOT_END, .flags = PG_EVENT_LAST });
}

/* A snapshot restates our level: 100 ahead become 30; nothing fills while it is being told. */
static void test_snapshot(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    snapshot(1000, 30, 1002, 100);
    assert_int_equal(venue_filled(&v, id), 0);
    venue_trade(&v, PG_SELL, 1000, 33);
    assert_int_equal(venue_filled(&v, id), 3);
    snapshot(995, 30, 999, 4); /* crossed by 4 at the end of the snapshot */
    assert_int_equal(venue_filled(&v, id), 7);
}

/* Best bid and offer: its sizes count at its prices, and an ask at our price fills us. An old one is ignored. */
static void test_bbo(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_event(&v, (pg_event){ .kind = PG_EVENT_BBO, .price = 1000, .size = 20, .price2 = 1001, .size2 = 5 });
    venue_trade(&v, PG_SELL, 1000, 22);
    assert_int_equal(venue_filled(&v, id), 2);
    venue_event(
        &v, (pg_event){
                .kind = PG_EVENT_BBO, .price = 998, .size = 1, .price2 = 999, .size2 = 50, .exch_ns = v.now_ns - 5 });
    assert_int_equal(venue_filled(&v, id), 2);
    venue_event(&v, (pg_event){ .kind = PG_EVENT_BBO, .price = 998, .size = 1, .price2 = 999, .size2 = 50 });
    assert_int_equal(venue_filled(&v, id), 10);
    assert_int_equal(pg_book_size(pg_matcher_book(v.matcher), PG_SELL, 999), 42);
}

/* A best bid and offer that says nothing of our level does not use up what the trade explains: 30 traded at 1000 while
 * 1001 became the best bid; then the level is told to have fallen by these 30: 70 are ahead, whatever the model. */
static void test_bbo_elsewhere(void **state)
{
    (void)state;
    venue_close(&v);
    pg_matcher_config config = venue_config();
    config.queue = PG_QUEUE_POWER1;
    venue_open(&v, &config);
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_level(&v, PG_BUY, 1000, 150);
    venue_trade(&v, PG_SELL, 1000, 30);
    venue_event(&v, (pg_event){ .kind = PG_EVENT_BBO, .price = 1001, .size = 20, .price2 = 1002, .size2 = 5 });
    venue_event(&v, (pg_event){ .kind = PG_EVENT_LEVEL, .side = PG_BUY, .price = 1001, .flags = PG_EVENT_LAST });
    venue_level(&v, PG_BUY, 1000, 120);
    venue_trade(&v, PG_SELL, 1000, 70);
    assert_int_equal(venue_filled(&v, id), 0);
    venue_trade(&v, PG_SELL, 1000, 3);
    assert_int_equal(venue_filled(&v, id), 3);
}

static void test_beyond_depth(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 980, 10, PG_TIF_ALO, false);
    expect_last(id, PG_REPLY_ACCEPTED, PG_REASON_NONE);
    venue_trade(&v, PG_SELL, 980, 1000);
    assert_int_equal(venue_filled(&v, id), 0);
    venue_trade(&v, PG_SELL, 979, 4);
    assert_int_equal(venue_filled(&v, id), 4);
}

static void test_post_only(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1002, 10, PG_TIF_ALO, false);
    expect_last(id, PG_REPLY_REJECTED, PG_REASON_POST_ONLY);
    id = venue_order(&v, PG_SELL, 1000, 10, PG_TIF_ALO, false);
    expect_last(id, PG_REPLY_REJECTED, PG_REASON_POST_ONLY);
    id = venue_order(&v, PG_BUY, 1001, 10, PG_TIF_ALO, false);
    expect_last(id, PG_REPLY_ACCEPTED, PG_REASON_NONE);
    venue_replace(&v, id, PG_BUY, 1005, 10, PG_TIF_ALO);
    expect_last(id, PG_REPLY_REPLACE_REFUSED, PG_REASON_POST_ONLY);
    assert_int_equal(pg_matcher_open_orders(v.matcher), 1); /* the old order stands */
    venue_trade(&v, PG_SELL, 1001, 3);
    assert_int_equal(venue_filled(&v, id), 3);
}

/* 120 at up to 1003 against 100 at 1002 and 100 at 1003; fee 4.5 bps: 100200 x 0.00045 = 45.09, 20060 x 0.00045 = 9.03. */
static void test_crossing_gtc(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1003, 120, PG_TIF_GTC, false);
    assert_int_equal(v.count, 3);
    assert_int_equal(v.reply[0].kind, PG_REPLY_ACCEPTED);
    expect_fill(&v.reply[1], id, 1002, 100, 20, false);
    assert_int_equal((int64_t)v.reply[1].fee, 45);
    expect_fill(&v.reply[2], id, 1003, 20, 0, false);
    assert_int_equal((int64_t)v.reply[2].fee, 9);
    /* What we took is gone until the venue says otherwise. */
    assert_int_equal(pg_book_size(pg_matcher_book(v.matcher), PG_SELL, 1003), 80);
    id = venue_order(&v, PG_BUY, 1003, 100, PG_TIF_GTC, false);
    expect_fill(venue_last(&v), id, 1003, 80, 20, false); /* and 20 rest at 1003 */
    assert_int_equal(pg_matcher_open_orders(v.matcher), 1);
    venue_level(&v, PG_SELL, 1002, 7); /* restated, and it crosses what rests: as maker, at our price */
    expect_fill(venue_last(&v), id, 1003, 7, 13, true);
    venue_trade(&v, PG_SELL, 1003, 5); /* the rest stands at the head of a new level */
    expect_fill(venue_last(&v), id, 1003, 5, 8, true);
}

static void test_ioc(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_SELL, 999, 250, PG_TIF_IOC, false);
    expect_fill(&v.reply[1], id, 1000, 100, 150, false);
    expect_fill(&v.reply[2], id, 999, 100, 50, false);
    expect_last(id, PG_REPLY_CANCELLED, PG_REASON_IOC);
    assert_int_equal(pg_matcher_position(v.matcher), -200);
    id = venue_order(&v, PG_SELL, 1001, 5, PG_TIF_IOC, false);
    expect_last(id, PG_REPLY_CANCELLED, PG_REASON_IOC);
    assert_int_equal(pg_matcher_open_orders(v.matcher), 0);
}

/* Reduce-only: refused without a position, limited to it, dropped when it is gone. */
static void test_reduce_only(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_SELL, 1003, 10, PG_TIF_ALO, true);
    expect_last(id, PG_REPLY_REJECTED, PG_REASON_REDUCE_ONLY);
    venue_order(&v, PG_BUY, 1002, 8, PG_TIF_GTC, false); /* long 8 */
    id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, true);
    expect_last(id, PG_REPLY_REJECTED, PG_REASON_REDUCE_ONLY);
    id = venue_order(&v, PG_SELL, 1001, 10, PG_TIF_ALO, true);
    uint64_t second = venue_order(&v, PG_SELL, 1001, 10, PG_TIF_ALO, true);
    expect_last(second, PG_REPLY_ACCEPTED, PG_REASON_NONE);
    venue_trade(&v, PG_BUY, 1001, 5);
    assert_int_equal(venue_filled(&v, id), 5);
    venue_trade(&v, PG_BUY, 1002, 20); /* only 3 are left to reduce */
    assert_int_equal(venue_filled(&v, id), 8);
    assert_int_equal(venue_filled(&v, second), 0);
    assert_int_equal(pg_matcher_position(v.matcher), 0);
    assert_int_equal(pg_matcher_open_orders(v.matcher), 0);
    assert_int_equal(venue_last_of(&v, id)->kind, PG_REPLY_CANCELLED);
    assert_int_equal(venue_last_of(&v, id)->reason, PG_REASON_REDUCE_ONLY);
    assert_int_equal(venue_last_of(&v, second)->reason, PG_REASON_REDUCE_ONLY);
}

/* A taker that closes the position takes the resting reduce-only orders with it. */
static void test_reduce_only_taker(void **state)
{
    (void)state;
    venue_order(&v, PG_BUY, 1002, 8, PG_TIF_GTC, false);
    uint64_t resting = venue_order(&v, PG_SELL, 1003, 8, PG_TIF_ALO, true);
    uint64_t taker = venue_order(&v, PG_SELL, 1000, 20, PG_TIF_GTC, true); /* 8 of 20, the rest goes */
    assert_int_equal(venue_filled(&v, taker), 8);
    assert_int_equal(pg_matcher_position(v.matcher), 0);
    assert_int_equal(pg_matcher_open_orders(v.matcher), 0);
    assert_int_equal(venue_last_of(&v, taker)->kind, PG_REPLY_CANCELLED);
    assert_int_equal(venue_last_of(&v, taker)->reason, PG_REASON_REDUCE_ONLY);
    assert_int_equal(venue_last_of(&v, resting)->kind, PG_REPLY_CANCELLED);
    assert_int_equal(venue_last_of(&v, resting)->reason, PG_REASON_REDUCE_ONLY);
}

/* Nobody trades with himself: the resting order that would be met is cancelled first. */
static void test_self_trade(void **state)
{
    (void)state;
    uint64_t ask = venue_order(&v, PG_SELL, 1001, 10, PG_TIF_ALO, false);
    uint64_t higher = venue_order(&v, PG_SELL, 1003, 10, PG_TIF_ALO, false);
    uint64_t bid = venue_order(&v, PG_BUY, 1002, 30, PG_TIF_GTC, false);
    assert_int_equal(venue_last_of(&v, ask)->kind, PG_REPLY_CANCELLED);
    assert_int_equal(venue_last_of(&v, ask)->reason, PG_REASON_SELF_TRADE);
    assert_int_equal(venue_last_of(&v, higher)->kind, PG_REPLY_ACCEPTED);
    assert_int_equal(venue_filled(&v, bid), 30);
    assert_int_equal(venue_filled(&v, ask), 0);
}

/* Same price, smaller: the place in the queue stays. Larger, or another price: it is lost. */
static void test_replace_queue(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 1000, 90); /* 10 ahead */
    venue_replace(&v, id, PG_BUY, 1000, 6, PG_TIF_ALO);
    expect_last(id, PG_REPLY_REPLACED, PG_REASON_NONE);
    assert_int_equal(venue_last(&v)->remaining, 6);
    venue_trade(&v, PG_SELL, 1000, 11);
    assert_int_equal(venue_filled(&v, id), 1);
    venue_level(&v, PG_BUY, 1000, 40);                  /* all of it behind us */
    venue_replace(&v, id, PG_BUY, 1000, 9, PG_TIF_ALO); /* 5 are left: larger */
    venue_trade(&v, PG_SELL, 1000, 40);
    assert_int_equal(venue_filled(&v, id), 1);
    venue_trade(&v, PG_SELL, 1000, 2);
    assert_int_equal(venue_filled(&v, id), 3);
    venue_replace(&v, id, PG_BUY, 999, 9, PG_TIF_ALO); /* 100 ahead there */
    venue_trade(&v, PG_SELL, 999, 100);
    assert_int_equal(venue_filled(&v, id), 3);
    venue_trade(&v, PG_SELL, 999, 100);
    assert_int_equal(venue_filled(&v, id), 12);
    venue_replace(&v, id, PG_BUY, 999, 9, PG_TIF_ALO);
    expect_last(id, PG_REPLY_REPLACE_REFUSED, PG_REASON_UNKNOWN);
}

/* A replacement made for 10 open meets 4: the 6 that filled on its way come off its size, so that no more than 10 fill
 * in all; when nothing is left of it the order goes. */
static void test_replace_crosses_fill(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 1000, 106);
    assert_int_equal(venue_filled(&v, id), 6);
    venue_request(&v, (pg_request){ .kind = PG_REQUEST_REPLACE,
                                    .id = id,
                                    .side = PG_BUY,
                                    .price = 1001,
                                    .size = 10,
                                    .open = 10,
                                    .tif = PG_TIF_ALO });
    expect_last(id, PG_REPLY_REPLACED, PG_REASON_NONE);
    assert_int_equal(venue_last(&v)->remaining, 4);
    venue_trade(&v, PG_SELL, 990, 100);
    assert_int_equal(venue_filled(&v, id), 10);
    id = venue_order(&v, PG_BUY, 1001, 10, PG_TIF_ALO, false);
    venue_trade(&v, PG_SELL, 1001, 7);
    venue_request(&v, (pg_request){ .kind = PG_REQUEST_REPLACE,
                                    .id = id,
                                    .side = PG_BUY,
                                    .price = 1001,
                                    .size = 6, /* of 10 */
                                    .open = 10,
                                    .tif = PG_TIF_ALO });
    expect_last(id, PG_REPLY_CANCELLED, PG_REASON_NONE);
    assert_int_equal(pg_matcher_open_orders(v.matcher), 0);
}

static void test_cancel(void **state)
{
    (void)state;
    uint64_t id = venue_order(&v, PG_BUY, 1000, 10, PG_TIF_ALO, false);
    venue_cancel(&v, id, PG_BUY);
    expect_last(id, PG_REPLY_CANCELLED, PG_REASON_NONE);
    venue_cancel(&v, id, PG_BUY);
    expect_last(id, PG_REPLY_CANCEL_REFUSED, PG_REASON_UNKNOWN);
    venue_trade(&v, PG_SELL, 990, 1000);
    assert_int_equal(venue_filled(&v, id), 0);
}

static int refused(int64_t price, int64_t size)
{
    uint64_t id = venue_order(&v, PG_BUY, price, size, PG_TIF_ALO, false);
    assert_int_equal(venue_last(&v)->id, id);
    return venue_last(&v)->kind == PG_REPLY_REJECTED ? venue_last(&v)->reason : PG_REASON_NONE;
}

/* Price decimals 1, size decimals 2: 100.0 x 0.50 = 50 in whole quote units is price 1000, size 50. */
static void test_rules(void **state)
{
    (void)state;
    assert_int_equal(refused(0, 10), PG_REASON_PRICE);
    assert_int_equal(refused(-5, 10), PG_REASON_PRICE);
    assert_int_equal(refused(1000, 0), PG_REASON_SIZE);
    assert_int_equal(refused(1000, -1), PG_REASON_SIZE);
    v.instrument.lot = 5;
    v.instrument.min_size = 20;
    assert_int_equal(refused(1000, 22), PG_REASON_SIZE);
    assert_int_equal(refused(1000, 15), PG_REASON_SIZE);
    assert_int_equal(refused(1000, 20), PG_REASON_NONE);
    v.instrument.min_notional = 50;
    assert_int_equal(refused(1000, 45), PG_REASON_NOTIONAL);
    assert_int_equal(refused(1000, 50), PG_REASON_NONE);
    v.instrument.tick = 5;
    assert_int_equal(refused(998, 100), PG_REASON_PRICE);
    assert_int_equal(refused(995, 100), PG_REASON_NONE);
}

/* Three significant figures: 99.5 and 100 are valid, 100.5 is not; integers always are. */
static void test_significant_figures(void **state)
{
    (void)state;
    assert_int_equal(pg_instrument_init(&v.instrument, "test", "T", 1, 2, 1, 1, 3, NULL), PG_OK);
    assert_int_equal(refused(995, 10), PG_REASON_NONE);
    assert_int_equal(refused(1000, 10), PG_REASON_NONE);
    venue_level(&v, PG_SELL, 1002, 0);
    venue_level(&v, PG_SELL, 1003, 0);
    assert_int_equal(refused(1005, 10), PG_REASON_PRICE);
    venue_level(&v, PG_SELL, 1010, 0);
    venue_level(&v, PG_SELL, 99990, 1);
    assert_int_equal(refused(12340, 10), PG_REASON_NONE);
    assert_int_equal(refused(12345, 10), PG_REASON_PRICE);
}

static void test_too_many(void **state)
{
    (void)state;
    for (int i = 0; i < PG_LINE_ORDERS; i++)
        assert_int_equal(refused(900 + i % 90, 1), PG_REASON_NONE);
    assert_int_equal(refused(900, 1), PG_REASON_FULL);
    assert_int_equal(pg_matcher_open_orders(v.matcher), PG_LINE_ORDERS);
}

/* The same order in another's shoes: whatever the order of events, fills of one event never exceed its size, the
 * position is the sum of the fills, and every order ends once. */
static void test_random(void **state)
{
    (void)state;
    uint64_t random = 4242;
    int64_t position = 0;
    for (int step = 0; step < 60000; step++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int side = random & 1 ? PG_BUY : PG_SELL;
        int64_t price = 995 + (int64_t)(random >> 8) % 13, size = 1 + (int64_t)(random >> 16) % 40;
        int kind = (int)(random >> 32) % 8;
        v.now_ns += (int64_t)(random >> 40) % 3;
        v.count = 0;
        bool reduce = (random >> 43) % 8 == 0;
        if (kind <= 2 && pg_matcher_open_orders(v.matcher) < 100)
            venue_order(&v, side, price, size, (int)(random >> 44) % 3, reduce);
        else if (kind == 3 && v.next_id > 1)
            venue_replace(&v, 1 + (random >> 20) % v.next_id, side, price, size, (int)(random >> 44) % 3);
        else if (kind == 4 && v.next_id > 1)
            venue_cancel(&v, 1 + (random >> 20) % v.next_id, side);
        else if (kind == 5)
            venue_trade(&v, side, price, size);
        else
            venue_level(&v, side, price, (random >> 50) % 3 ? size : 0);
        if (kind == 5)
            assert_true(venue_filled(&v, 0) <= size);
        for (int i = 0; i < v.count; i++)
            if (v.reply[i].kind == PG_REPLY_FILL) {
                assert_true(v.reply[i].size > 0 && v.reply[i].remaining >= 0);
                assert_true(kind != 5 || v.reply[i].side != side);
                position += v.reply[i].side == PG_BUY ? v.reply[i].size : -v.reply[i].size;
            }
        assert_int_equal(position, pg_matcher_position(v.matcher));
    }
}

#define in_venue(name) cmocka_unit_test_setup_teardown(name, open_venue, close_venue)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_venue(test_partial_fills),
        in_venue(test_fee_rounding),
        in_venue(test_aggressor),
        in_venue(test_order_after_trade),
        in_venue(test_book_crosses),
        in_venue(test_cross_waits_for_message),
        in_venue(test_snapshot),
        in_venue(test_bbo),
        in_venue(test_bbo_elsewhere),
        in_venue(test_beyond_depth),
        in_venue(test_post_only),
        in_venue(test_crossing_gtc),
        in_venue(test_ioc),
        in_venue(test_reduce_only),
        in_venue(test_reduce_only_taker),
        in_venue(test_self_trade),
        in_venue(test_replace_queue),
        in_venue(test_replace_crosses_fill),
        in_venue(test_cancel),
        in_venue(test_rules),
        in_venue(test_significant_figures),
        in_venue(test_too_many),
        in_venue(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
