/* Desired quotes: the fewest requests, and a limit that holds whatever is on its way. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "support/market.h"
#include "support/venue.h"
#include "trade/quotes.h"

enum { NEW = PG_REQUEST_NEW, CANCEL = PG_REQUEST_CANCEL, REPLACE = PG_REQUEST_REPLACE };

static struct {
    pg_request request[64];
    int count;
} sent;

static pg_orders orders;
static pg_quotes wanted;
static pg_quote_policy policy;

static void take(void *self, const pg_request *request)
{
    (void)self;
    sent.request[sent.count++] = *request;
}

static int setup(void **state)
{
    (void)state;
    pg_orders_init(&orders, (pg_gateway){ NULL, take }, 1);
    wanted = (pg_quotes){ .room = { 1000, 1000 }, .tif = PG_TIF_ALO };
    policy = (pg_quote_policy){ .size_tolerance = 0.1 };
    sent.count = 0;
    return 0;
}

static void want(int side, int count, int64_t price1, int64_t size1, int64_t price2, int64_t size2)
{
    pg_quote_side *s = &wanted.side[side == PG_SELL];
    s->count = count;
    s->level[0] = (pg_quote_level){ price1, size1 };
    s->level[1] = (pg_quote_level){ price2, size2 };
}

static int reconcile(void)
{
    sent.count = 0;
    int n = pg_quotes_reconcile(&orders, &wanted, &policy, 0);
    assert_int_equal(n, sent.count);
    return n;
}

static void expect(int i, int kind, uint64_t id, int64_t price, int64_t size)
{
    const pg_request *r = &sent.request[i];
    if (i >= sent.count || r->kind != kind || r->id != id || (kind != CANCEL && (r->price != price || r->size != size)))
        fail_msg("request %d of %d: kind %d, order %d, %d at %d", i, sent.count, r->kind, (int)r->id, (int)r->size,
                 (int)r->price);
}

/* The venue agrees to everything that was sent last. */
static void agree(void)
{
    static const uint8_t kinds[] = { 0, PG_REPLY_ACCEPTED, PG_REPLY_CANCELLED, PG_REPLY_REPLACED };
    for (int i = 0; i < sent.count; i++) {
        const pg_request *r = &sent.request[i];
        pg_order after;
        assert_true(pg_orders_reply(
            &orders, &(pg_reply){ .id = r->id, .kind = kinds[r->kind], .price = r->price, .remaining = r->size },
            &after));
    }
}

static void fill(uint64_t id, int64_t size)
{
    pg_order after;
    assert_true(pg_orders_reply(&orders, &(pg_reply){ .id = id, .kind = PG_REPLY_FILL, .size = size }, &after));
}

static void start(void)
{
    want(PG_BUY, 2, 100, 50, 99, 50);
    want(PG_SELL, 1, 102, 50, 0, 0);
    assert_int_equal(reconcile(), 3);
    agree();
}

static void test_place(void **state)
{
    (void)state;
    want(PG_BUY, 2, 100, 50, 99, 50);
    want(PG_SELL, 1, 102, 50, 0, 0);
    assert_int_equal(reconcile(), 3);
    expect(0, NEW, 1, 100, 50);
    expect(1, NEW, 2, 99, 50);
    expect(2, NEW, 3, 102, 50);
    assert_int_equal(sent.request[0].side, PG_BUY);
    assert_int_equal(sent.request[2].side, PG_SELL);
    assert_int_equal(sent.request[2].tif, PG_TIF_ALO);
    assert_int_equal(reconcile(), 0); /* on their way: nothing is sent twice */
    agree();
    assert_int_equal(reconcile(), 0);
}

/* Within 10 %: kept as it is. Smaller: shrunk at its price. Larger: replaced. */
static void test_sizes(void **state)
{
    (void)state;
    start();
    want(PG_BUY, 2, 100, 46, 99, 55);
    assert_int_equal(reconcile(), 0);
    want(PG_BUY, 2, 100, 30, 99, 80);
    assert_int_equal(reconcile(), 2);
    expect(0, REPLACE, 1, 100, 30);
    expect(1, REPLACE, 2, 99, 80);
    agree();
    assert_int_equal(reconcile(), 0);
}

/* One price moves: one replacement, the other order keeps its place. */
static void test_move(void **state)
{
    (void)state;
    start();
    want(PG_BUY, 2, 101, 50, 100, 50);
    assert_int_equal(reconcile(), 1);
    expect(0, REPLACE, 2, 101, 50);
    assert_int_equal(reconcile(), 0); /* heading there */
    agree();
    assert_int_equal(reconcile(), 0);
}

static void test_remove_and_add(void **state)
{
    (void)state;
    start();
    want(PG_BUY, 1, 98, 50, 0, 0);
    assert_int_equal(reconcile(), 2); /* one moved, one cancelled */
    expect(0, REPLACE, 1, 98, 50);
    expect(1, CANCEL, 2, 0, 0);
    agree();
    want(PG_BUY, 0, 0, 0, 0, 0);
    want(PG_SELL, 2, 102, 50, 103, 20);
    assert_int_equal(reconcile(), 2);
    expect(0, CANCEL, 1, 0, 0);
    expect(1, NEW, 4, 103, 20);
    agree();
    assert_int_equal(orders.count, 2);
}

static void test_price_tolerance(void **state)
{
    (void)state;
    start();
    want(PG_SELL, 0, 0, 0, 0, 0); /* what would meet it does not count as being there */
    reconcile();
    agree();
    policy.price_tolerance = 2;
    want(PG_BUY, 1, 102, 50, 0, 0);
    assert_int_equal(reconcile(), 1); /* 100 is close enough; 99 has no level */
    expect(0, CANCEL, 2, 0, 0);
    agree();
    want(PG_BUY, 1, 103, 50, 0, 0);
    assert_int_equal(reconcile(), 1);
    expect(0, REPLACE, 1, 103, 50);
    agree();
    want(PG_BUY, 1, 102, 20, 0, 0); /* shrinks where it is, its place in the queue is worth more than a tick */
    assert_int_equal(reconcile(), 1);
    expect(0, REPLACE, 1, 103, 20);
}

/* A replacement carries the wanted time in force. Whether an order only reduces cannot be changed: it goes first, and
 * its successor is placed when it is gone. */
static void test_changed_kind(void **state)
{
    (void)state;
    want(PG_BUY, 1, 100, 50, 0, 0);
    reconcile();
    agree();
    wanted.tif = PG_TIF_GTC;
    assert_int_equal(reconcile(), 0); /* resting is resting */
    want(PG_BUY, 1, 103, 50, 0, 0);
    assert_int_equal(reconcile(), 1);
    expect(0, REPLACE, 1, 103, 50);
    assert_int_equal(sent.request[0].tif, PG_TIF_GTC);
    agree();
    wanted.reduce_only = true;
    assert_int_equal(reconcile(), 1);
    expect(0, CANCEL, 1, 0, 0);
    assert_int_equal(reconcile(), 0);
    pg_order after;
    pg_orders_reply(&orders, &(pg_reply){ .id = 1, .kind = PG_REPLY_CANCELLED }, &after);
    assert_int_equal(reconcile(), 1);
    expect(0, NEW, 2, 103, 50);
    assert_true(sent.request[0].reduce_only);
}

/* With a request in flight an order is left alone, and no second one is placed beside it; the reply decides. */
static void test_in_flight(void **state)
{
    (void)state;
    want(PG_BUY, 1, 100, 50, 0, 0);
    assert_int_equal(reconcile(), 1);
    want(PG_BUY, 1, 99, 50, 0, 0);
    assert_int_equal(reconcile(), 0);
    pg_order after;
    pg_orders_reply(&orders, &(pg_reply){ .id = 1, .kind = PG_REPLY_ACCEPTED }, &after);
    assert_true(orders.changed);
    assert_int_equal(reconcile(), 1);
    assert_false(orders.changed);
    expect(0, REPLACE, 1, 99, 50);
    want(PG_BUY, 0, 0, 0, 0, 0);
    assert_int_equal(reconcile(), 0);
    pg_orders_reply(&orders, &(pg_reply){ .id = 1, .kind = PG_REPLY_REPLACE_REFUSED }, &after);
    assert_int_equal(reconcile(), 1);
    expect(0, CANCEL, 1, 0, 0);
    want(PG_BUY, 1, 100, 50, 0, 0); /* the one at 100 is going: its place is taken anew, later */
    assert_int_equal(reconcile(), 0);
    pg_orders_reply(&orders, &(pg_reply){ .id = 1, .kind = PG_REPLY_CANCELLED }, &after);
    assert_int_equal(reconcile(), 1);
    expect(0, NEW, 2, 100, 50);
}

/* 60 of room: 50 rest, 20 more do not fit; when 30 have filled and the room is 30, 20 rest and 10 are left. */
static void test_room(void **state)
{
    (void)state;
    wanted.room[0] = 60;
    want(PG_BUY, 2, 100, 50, 99, 20);
    assert_int_equal(reconcile(), 1);
    expect(0, NEW, 1, 100, 50);
    agree();
    assert_int_equal(reconcile(), 0);
    fill(1, 30);
    wanted.room[0] = 30;
    want(PG_BUY, 2, 100, 20, 99, 10);
    assert_int_equal(reconcile(), 1);
    expect(0, NEW, 2, 99, 10);
    agree();
    want(PG_BUY, 2, 100, 40, 99, 10);
    assert_int_equal(reconcile(), 0); /* growing by 20 does not fit */
    want(PG_SELL, 1, 102, 1000, 0, 0);
    assert_int_equal(reconcile(), 1); /* the other side has room of its own */
}

/* Orders placed by name are none of the reconciliation's business, but they use up room. */
static void test_single_orders(void **state)
{
    (void)state;
    pg_orders_place(&orders, &(pg_request){ .side = PG_BUY, .price = 90, .size = 40 }, false, 0);
    agree();
    wanted.room[0] = 60;
    want(PG_BUY, 1, 100, 30, 0, 0);
    assert_int_equal(reconcile(), 0);
    want(PG_BUY, 1, 100, 20, 0, 0);
    assert_int_equal(reconcile(), 1);
    expect(0, NEW, 2, 100, 20);
}

/* Where any replacement loses the place, nothing is sent within the tolerance, and a smaller size goes to the wanted
 * price. */
static void test_lost_place(void **state)
{
    (void)state;
    start();
    policy.price_tolerance = 2;
    policy.replace_loses_place = true;
    want(PG_BUY, 1, 102, 47, 0, 0);
    assert_int_equal(reconcile(), 1);
    expect(0, CANCEL, 2, 0, 0); /* 100 is close enough, and so is its size */
    agree();
    want(PG_BUY, 1, 102, 20, 0, 0);
    assert_int_equal(reconcile(), 1);
    expect(0, REPLACE, 1, 102, 20);
}

/* Where a replacement is set afresh, old and new need room; without it the order goes first. */
static void test_fresh_replacement(void **state)
{
    (void)state;
    orders.fresh_replace = true;
    wanted.room[0] = 80;
    want(PG_BUY, 1, 100, 50, 0, 0);
    reconcile();
    agree();
    want(PG_BUY, 1, 101, 30, 0, 0);
    assert_int_equal(reconcile(), 1);
    expect(0, REPLACE, 1, 101, 30);
    assert_int_equal(pg_orders_open_size(&orders, PG_BUY), 80);
    fill(1, 20); /* of the old one: the new one is 30 all the same */
    assert_int_equal(pg_orders_open_size(&orders, PG_BUY), 60);
    wanted.room[0] = 60;
    pg_order after;
    assert_true(pg_orders_reply(
        &orders, &(pg_reply){ .id = 1, .kind = PG_REPLY_REPLACED, .price = 101, .remaining = 30 }, &after));
    assert_int_equal(pg_orders_open_size(&orders, PG_BUY), 30);
    want(PG_BUY, 1, 102, 40, 0, 0); /* 30 and 40 are more than 60 */
    assert_int_equal(reconcile(), 1);
    expect(0, CANCEL, 1, 0, 0);
    agree();
    assert_int_equal(reconcile(), 1);
    expect(0, NEW, 2, 102, 40);
    agree();
    want(PG_BUY, 1, 103, 70, 0, 0); /* more than the room by itself: the order stays */
    assert_int_equal(reconcile(), 0);
}

/* ---- everything at once, against the matching engine with requests and replies on their way ---- */

enum { QUEUE = 4096, LIMIT = 300 };

typedef struct {
    venue v;
    pg_request request[QUEUE];
    int request_head, request_tail;
    int reply_head; /* replies of v.reply that we have heard */
    pg_orders orders;
    pg_quotes wanted;
    pg_quote_policy policy;
    int64_t position; /* heard of */
    uint64_t random;
} world;

static void world_send(void *self, const pg_request *request)
{
    world *w = self;
    PG_ASSERT(w->request_tail < QUEUE);
    w->request[w->request_tail++] = *request;
}

static void check_limit(const world *w)
{
    int64_t at_venue = pg_matcher_position(w->v.matcher);
    assert_true(at_venue <= LIMIT && at_venue >= -LIMIT);
    assert_true(w->position + pg_orders_open_size(&w->orders, PG_BUY) <= LIMIT);
    assert_true(w->position - pg_orders_open_size(&w->orders, PG_SELL) >= -LIMIT);
}

static void world_reconcile(world *w)
{
    w->wanted.room[0] = LIMIT - w->position;
    w->wanted.room[1] = LIMIT + w->position;
    pg_quotes_reconcile(&w->orders, &w->wanted, &w->policy, 0);
}

/* Declares random quotes that fit the room, in 950..1000 and 1001..1050. */
static void declare(world *w)
{
    for (int side = 0; side < 2; side++) {
        pg_quote_side *s = &w->wanted.side[side];
        int64_t left = LIMIT - (side == 0 ? w->position : -w->position);
        uint64_t bits = market_random(&w->random);
        int count = (int)(bits % 5);
        int64_t price = side == 0 ? 1000 : 1001;
        s->count = 0;
        for (int i = 0; i < count && left > 0; i++) {
            int64_t size = 1 + (int64_t)(market_random(&w->random) % 150);
            size = size < left ? size : left;
            price += (side == 0 ? -1 : 1) * (int64_t)(market_random(&w->random) % 3 + (i > 0));
            s->level[s->count++] = (pg_quote_level){ price, size };
            left -= size;
        }
    }
    world_reconcile(w);
}

static void deliver_request(world *w)
{
    if (w->request_head == w->request_tail)
        return;
    pg_request request = w->request[w->request_head++];
    if (w->orders.fresh_replace)
        request.open = 0; /* the matching engine then takes nothing off a replacement */
    if (w->request_head == w->request_tail)
        w->request_head = w->request_tail = 0;
    pg_matcher_request(w->v.matcher, &request, w->v.now_ns);
}

static void deliver_reply(world *w)
{
    if (w->reply_head == w->v.count)
        return;
    pg_reply reply = w->v.reply[w->reply_head++];
    if (w->reply_head == w->v.count)
        w->reply_head = w->v.count = 0;
    pg_order after;
    pg_orders_reply(&w->orders, &reply, &after);
    if (reply.kind == PG_REPLY_FILL)
        w->position += reply.side == PG_BUY ? reply.size : -reply.size;
    world_reconcile(w);
}

static void random_step(world *w)
{
    uint64_t bits = market_random(&w->random);
    switch (bits % 8) {
    case 0:
    case 1: declare(w); break;
    case 2:
    case 3:
    case 4: deliver_request(w); break;
    case 5:
    case 6: deliver_reply(w); break;
    default: {
        int side = (bits >> 8) & 1 ? PG_BUY : PG_SELL;
        int64_t away = (int64_t)((bits >> 10) % 6);
        venue_trade(&w->v, side, side == PG_BUY ? 1001 + away : 1000 - away, 1 + (int64_t)((bits >> 20) % 120));
    }
    }
    w->v.now_ns++;
    check_limit(w);
}

static bool is_wanted(const world *w, const pg_order *order)
{
    const pg_quote_side *s = &w->wanted.side[order->side == PG_SELL];
    for (int i = 0; i < s->count; i++)
        if (s->level[i].price == order->price && s->level[i].size == order->remaining)
            return true;
    return false;
}

/* No more trades: when everything has arrived the open orders are the declared quotes, here and at the venue. */
static void settle(world *w)
{
    for (int i = 0; i < 400; i++) {
        deliver_request(w);
        deliver_reply(w);
        check_limit(w);
    }
    declare(w);
    for (int i = 0; i < 400; i++) {
        deliver_request(w);
        deliver_reply(w);
        check_limit(w);
    }
    assert_int_equal(w->request_head, w->request_tail);
    assert_int_equal(w->position, pg_matcher_position(w->v.matcher));
    assert_int_equal(w->orders.count, w->wanted.side[0].count + w->wanted.side[1].count);
    assert_int_equal(w->orders.count, pg_matcher_open_orders(w->v.matcher));
    for (int i = 0; i < w->orders.count; i++) {
        assert_int_equal(w->orders.order[i].state, PG_ORDER_LIVE);
        assert_true(is_wanted(w, &w->orders.order[i]));
    }
    assert_int_equal(w->orders.counts.unmatched, 0);
}

static void run_random(bool fresh)
{
    static world w;
    memset(&w, 0, sizeof w);
    pg_matcher_config config = venue_config();
    venue_open(&w.v, &config);
    /* Nobody else between 500 and 1500: what is traded there meets us alone. */
    static const int64_t bids[] = { 1000, 999, 990 }, asks[] = { 1002, 1003, 1010 };
    for (int i = 0; i < 3; i++) {
        venue_level(&w.v, PG_BUY, bids[i], 0);
        venue_level(&w.v, PG_SELL, asks[i], 0);
    }
    venue_level(&w.v, PG_BUY, 500, 1);
    venue_level(&w.v, PG_SELL, 1500, 1);
    pg_orders_init(&w.orders, (pg_gateway){ &w, world_send }, 1);
    w.orders.fresh_replace = fresh;
    w.policy.replace_loses_place = fresh;
    w.wanted.tif = PG_TIF_ALO;
    w.random = 20250904;
    for (int round = 0; round < 1500; round++) {
        for (int i = 0; i < 60; i++)
            random_step(&w);
        settle(&w);
    }
    assert_true(w.orders.counts.filled > 1000);
    assert_true(w.orders.counts.replaced > 1000);
    venue_close(&w.v);
}

static void test_random(void **state)
{
    (void)state;
    run_random(false);
}

static void test_random_fresh(void **state)
{
    (void)state;
    run_random(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_place, setup),
        cmocka_unit_test_setup(test_sizes, setup),
        cmocka_unit_test_setup(test_move, setup),
        cmocka_unit_test_setup(test_remove_and_add, setup),
        cmocka_unit_test_setup(test_price_tolerance, setup),
        cmocka_unit_test_setup(test_in_flight, setup),
        cmocka_unit_test_setup(test_changed_kind, setup),
        cmocka_unit_test_setup(test_room, setup),
        cmocka_unit_test_setup(test_single_orders, setup),
        cmocka_unit_test_setup(test_lost_place, setup),
        cmocka_unit_test_setup(test_fresh_replacement, setup),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_random_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
