/* How patient quotes are: repricing threshold, least life, refresh, time-out, one side at a time. By hand, and at random
 * against the matching engine with requests and replies on their way. */
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
    return 0;
}

static void want(int side, int count, int64_t price1, int64_t price2)
{
    pg_quote_side *s = &wanted.side[side == PG_SELL];
    s->count = count;
    s->level[0] = (pg_quote_level){ price1, 50 };
    s->level[1] = (pg_quote_level){ price2, 50 };
}

static int at(int64_t now_ns)
{
    sent.count = 0;
    int n = pg_quotes_expire(&orders, &wanted, &policy, now_ns);
    n += pg_quotes_reconcile(&orders, &wanted, &policy, now_ns);
    assert_int_equal(n, sent.count);
    return n;
}

static void expect(int i, int kind, uint64_t id, int64_t price)
{
    const pg_request *r = &sent.request[i];
    if (i >= sent.count || r->kind != kind || r->id != id || (kind != CANCEL && r->price != price))
        fail_msg("request %d of %d: kind %d, order %d, at %d", i, sent.count, r->kind, (int)r->id, (int)r->price);
}

static void reply(uint64_t id, int kind, int64_t price, int64_t size)
{
    pg_order after;
    pg_reply r = { .id = id, .kind = (uint8_t)kind, .price = price, .size = size, .remaining = size };
    assert_true(pg_orders_reply(&orders, &r, &after));
}

/* The venue agrees to everything that was sent last. */
static void agree(void)
{
    static const uint8_t kinds[] = { 0, PG_REPLY_ACCEPTED, PG_REPLY_CANCELLED, PG_REPLY_REPLACED };
    for (int i = 0; i < sent.count; i++)
        reply(sent.request[i].id, kinds[sent.request[i].kind], sent.request[i].price, sent.request[i].size);
}

/* 3 bps of 100000 are 30. */
static void test_reprice(void **state)
{
    (void)state;
    policy.reprice_bps = 3;
    want(PG_BUY, 1, 100000, 0);
    want(PG_SELL, 1, 100100, 0);
    assert_int_equal(at(0), 2);
    agree();
    want(PG_BUY, 1, 100030, 0);
    assert_int_equal(at(1), 0);
    want(PG_BUY, 1, 99971, 0);
    assert_int_equal(at(1), 0);
    assert_int_equal(orders.order[0].stands_for, 99971);
    want(PG_BUY, 1, 100031, 0);
    assert_int_equal(at(2), 1);
    expect(0, REPLACE, 1, 100031);
    agree();
    assert_int_equal(at(3), 0);
    assert_int_equal(orders.order[0].stands_for, 0);
    assert_true(orders.due_ns == INT64_MAX);
}

/* Two levels within the threshold of each other: each order keeps to its nearest, whatever the order of placing. */
static void test_nearest(void **state)
{
    (void)state;
    policy.reprice_bps = 5;
    want(PG_BUY, 2, 99980, 100000);
    assert_int_equal(at(0), 2);
    agree();
    want(PG_BUY, 2, 100000, 99980);
    assert_int_equal(at(1), 0);
    assert_int_equal(orders.order[0].stands_for + orders.order[1].stands_for, 0);
    want(PG_BUY, 2, 100010, 99985);
    assert_int_equal(at(1), 0);
    assert_int_equal(orders.order[0].stands_for, 99985);
    assert_int_equal(orders.order[1].stands_for, 100010);
}

/* A bid beside its wanted price that meets the market's ask, or the ask we want, goes where it belongs. */
static void test_in_the_way(void **state)
{
    (void)state;
    policy.reprice_bps = 5;
    want(PG_BUY, 1, 100000, 0);
    at(0);
    agree();
    want(PG_BUY, 1, 99970, 0);
    wanted.touch[1] = 100001;
    assert_int_equal(at(1), 0);
    wanted.touch[1] = 100000;
    assert_int_equal(at(2), 1);
    expect(0, REPLACE, 1, 99970);
    agree();
    wanted.touch[1] = 0;
    want(PG_BUY, 1, 99950, 0);
    want(PG_SELL, 1, 99970, 0);
    assert_int_equal(at(3), 2);
    expect(0, REPLACE, 1, 99950);
    expect(1, NEW, 2, 99970);
}

static void test_life(void **state)
{
    (void)state;
    policy.min_life_ns = 100;
    want(PG_BUY, 2, 1000, 990);
    assert_int_equal(at(0), 2);
    agree();
    want(PG_BUY, 2, 1001, 990); /* the first has to wait, and nothing is placed beside it */
    assert_int_equal(at(50), 0);
    assert_int_equal(orders.due_ns, 100);
    assert_int_equal(at(99), 0);
    assert_int_equal(at(100), 1);
    expect(0, REPLACE, 1, 1001);
    agree(); /* a new life from 100 */
    want(PG_BUY, 2, 1001, 980);
    assert_int_equal(at(120), 1);
    expect(0, REPLACE, 2, 980);
    agree();
    wanted.side[0].level[0].size = 10; /* a size waits, too */
    assert_int_equal(at(199), 0);
    assert_int_equal(orders.due_ns, 200);
    assert_int_equal(at(200), 1);
    expect(0, REPLACE, 1, 1001);
}

/* A refused replacement: the order stands, as old as it was. */
static void test_life_after_refusal(void **state)
{
    (void)state;
    policy.min_life_ns = 100;
    want(PG_BUY, 1, 1000, 0);
    at(0);
    agree();
    want(PG_BUY, 1, 1001, 0);
    assert_int_equal(at(100), 1);
    reply(1, PG_REPLY_REPLACE_REFUSED, 1001, 0);
    assert_int_equal(at(101), 1);
}

/* Not too young to be pulled, to get out of the way, or to keep a limit. */
static void test_life_is_not_protected(void **state)
{
    (void)state;
    policy.min_life_ns = 100;
    want(PG_BUY, 1, 1000, 0);
    at(0);
    agree();
    want(PG_BUY, 0, 0, 0);
    assert_int_equal(at(1), 1);
    expect(0, CANCEL, 1, 0);
    agree();

    want(PG_BUY, 1, 1000, 0);
    at(2);
    agree();
    want(PG_BUY, 1, 990, 0);
    wanted.touch[1] = 1001;
    assert_int_equal(at(3), 0);
    wanted.touch[1] = 1000;
    assert_int_equal(at(4), 1);
    expect(0, REPLACE, 2, 990);
    agree();

    wanted.touch[1] = 0;
    want(PG_BUY, 1, 980, 0);
    want(PG_SELL, 1, 990, 0); /* we would meet ourselves */
    assert_int_equal(at(5), 2);
    expect(0, REPLACE, 2, 980);
    agree();

    wanted.side[0].level[0].size = 20;
    assert_int_equal(at(6), 0);
    wanted.room[0] = 49;
    assert_int_equal(at(7), 1);
    expect(0, REPLACE, 2, 980);
    assert_int_equal(sent.request[0].size, 20);
}

/* Cancelled at its age, placed again when it is gone; a replacement starts a new age. */
static void test_refresh(void **state)
{
    (void)state;
    policy.refresh_ns = 1000;
    want(PG_BUY, 1, 100, 0);
    at(0);
    agree();
    assert_int_equal(at(10), 0);
    assert_int_equal(orders.due_ns, 1000);
    want(PG_BUY, 1, 101, 0);
    assert_int_equal(at(500), 1);
    agree();
    assert_int_equal(at(1000), 0);
    assert_int_equal(orders.due_ns, 1500);
    assert_int_equal(at(1500), 1);
    expect(0, CANCEL, 1, 0);
    assert_true(orders.due_ns == INT64_MAX);
    assert_int_equal(at(1501), 0);
    reply(1, PG_REPLY_CANCELLED, 101, 0);
    assert_int_equal(at(1502), 1);
    expect(0, NEW, 2, 101);
    agree();
    assert_int_equal(at(1503), 0);
    assert_int_equal(orders.due_ns, 2502);
}

/* Gone at its age, and not placed again until it is declared again. Orders by name, too. */
static void test_timeout(void **state)
{
    (void)state;
    policy.timeout_ns = 1000;
    want(PG_BUY, 2, 100, 99);
    at(0);
    agree();
    sent.count = 0;
    pg_orders_place(&orders, &(pg_request){ .side = PG_SELL, .price = 200, .size = 5 }, false, 100);
    agree();
    assert_int_equal(at(100), 0);
    assert_int_equal(orders.due_ns, 1000);
    want(PG_BUY, 2, 101, 99);
    assert_int_equal(at(900), 1);
    agree();
    assert_int_equal(at(1000), 1);
    expect(0, CANCEL, 2, 0);
    agree();
    assert_int_equal(wanted.side[0].count, 1);
    assert_int_equal(at(1050), 0);
    assert_int_equal(orders.due_ns, 1100);
    assert_int_equal(at(1100), 1);
    expect(0, CANCEL, 3, 0);
    agree();
    want(PG_BUY, 2, 101, 99);
    assert_int_equal(at(1200), 1);
    expect(0, NEW, 4, 99);
}

/* A quote kept beside its wanted price takes that level with it. */
static void test_timeout_apart(void **state)
{
    (void)state;
    policy.timeout_ns = 1000;
    policy.reprice_bps = 100;
    want(PG_BUY, 1, 1000, 0);
    at(0);
    agree();
    want(PG_BUY, 1, 1005, 0);
    assert_int_equal(at(500), 0);
    assert_int_equal(at(1000), 1);
    assert_int_equal(wanted.side[0].count, 0);
    agree();
    assert_int_equal(at(1001), 0);
}

/* One side at a time: the other goes first, however young, and this one comes when nothing of it is left. */
static void test_only(void **state)
{
    (void)state;
    policy.min_life_ns = 100;
    want(PG_BUY, 1, 100, 0);
    want(PG_SELL, 1, 102, 0);
    wanted.only = PG_BUY;
    assert_int_equal(at(0), 1);
    expect(0, NEW, 1, 100);
    agree();
    reply(1, PG_REPLY_FILL, 100, 20);
    wanted.only = PG_SELL;
    assert_int_equal(at(1), 1);
    expect(0, CANCEL, 1, 0);
    assert_int_equal(at(2), 0);
    reply(1, PG_REPLY_FILL, 100, 10); /* crossed the cancel on its way */
    assert_int_equal(at(3), 0);
    reply(1, PG_REPLY_CANCELLED, 100, 0);
    assert_int_equal(at(4), 1);
    expect(0, NEW, 2, 102);
    agree();
    assert_int_equal(at(5), 0);
}

/* ---- at random ---- */

enum { QUEUE = 4096, LIMIT = 300, LIFE = 40, REFRESH = 150, TIMEOUT = 400 };

typedef struct {
    venue v;
    pg_request request[QUEUE];
    int request_head, request_tail, reply_head;
    pg_orders orders;
    pg_quotes wanted;
    pg_quote_policy policy;
    int64_t position; /* heard of */
    uint64_t random;
    int touched, expired;
} world;

static bool is_in_the_way(const world *w, const pg_order *order)
{
    const pg_quote_side *other = &w->wanted.side[order->side == PG_BUY];
    bool buy = order->side == PG_BUY;
    int64_t touch = w->wanted.touch[buy];
    if (touch && (buy ? order->price >= touch : order->price <= touch))
        return true;
    for (int i = 0; i < other->count && !w->wanted.only; i++)
        if (buy ? order->price >= other->level[i].price : order->price <= other->level[i].price)
            return true;
    return false;
}

/* Every change of a resting quote has its age, or a reason not to wait. */
static void check_touch(world *w, const pg_request *request)
{
    const pg_order *order = pg_orders_find(&w->orders, request->id);
    assert_non_null(order);
    w->touched++;
    if (w->v.now_ns - order->since_ns >= w->policy.min_life_ns)
        return;
    int side = order->side == PG_SELL;
    bool pulled = w->wanted.side[side].count == 0 || (w->wanted.only && w->wanted.only != order->side);
    bool beyond = pg_orders_open_size(&w->orders, order->side) > w->wanted.room[side];
    if (!pulled && !beyond && !is_in_the_way(w, order))
        fail_msg("order %d was touched at the age of %d", (int)order->id, (int)(w->v.now_ns - order->since_ns));
}

static void world_send(void *self, const pg_request *request)
{
    world *w = self;
    PG_ASSERT(w->request_tail < QUEUE);
    if (request->kind != NEW)
        check_touch(w, request);
    if (request->kind == NEW && w->wanted.only) {
        assert_int_equal(request->side, w->wanted.only);
        for (int i = 0; i < w->orders.count; i++)
            assert_int_equal(w->orders.order[i].side, request->side);
    }
    w->request[w->request_tail++] = *request;
}

static void world_look(world *w)
{
    w->wanted.room[0] = LIMIT - w->position;
    w->wanted.room[1] = LIMIT + w->position;
    w->wanted.touch[0] = pg_book_best(pg_matcher_book(w->v.matcher), PG_BUY);
    w->wanted.touch[1] = pg_book_best(pg_matcher_book(w->v.matcher), PG_SELL);
    w->expired += pg_quotes_expire(&w->orders, &w->wanted, &w->policy, w->v.now_ns);
    pg_quotes_reconcile(&w->orders, &w->wanted, &w->policy, w->v.now_ns);
}

/* Time passes; what falls due on the way is looked at when it is due. */
static void world_wait(world *w, int64_t ns)
{
    int64_t until_ns = w->v.now_ns + ns;
    while (w->orders.due_ns <= until_ns) {
        assert_true(w->orders.due_ns > w->v.now_ns);
        w->v.now_ns = w->orders.due_ns;
        world_look(w);
    }
    w->v.now_ns = until_ns;
}

static void declare(world *w)
{
    for (int side = 0; side < 2; side++) {
        pg_quote_side *s = &w->wanted.side[side];
        int64_t left = LIMIT - (side == 0 ? w->position : -w->position);
        int count = (int)(market_random(&w->random) % 4);
        int64_t price = side == 0 ? 1000 : 1001;
        s->count = 0;
        for (int i = 0; i < count && left > 0; i++) {
            int64_t size = 1 + (int64_t)(market_random(&w->random) % 100);
            size = size < left ? size : left;
            price += (side == 0 ? -1 : 1) * (int64_t)(market_random(&w->random) % 4 + (i > 0));
            s->level[s->count++] = (pg_quote_level){ price, size };
            left -= size;
        }
    }
    world_look(w);
}

static void deliver_request(world *w)
{
    if (w->request_head == w->request_tail)
        return;
    pg_request request = w->request[w->request_head++];
    if (w->request_head == w->request_tail)
        w->request_head = w->request_tail = 0;
    pg_matcher_request(w->v.matcher, &request, w->v.now_ns);
}

static void deliver_reply(world *w)
{
    if (w->reply_head == w->v.count)
        return;
    pg_reply r = w->v.reply[w->reply_head++];
    if (w->reply_head == w->v.count)
        w->reply_head = w->v.count = 0;
    pg_order after;
    pg_orders_reply(&w->orders, &r, &after);
    if (r.kind == PG_REPLY_FILL) {
        w->position += r.side == PG_BUY ? r.size : -r.size;
        if (w->policy.ping_pong)
            w->wanted.only = r.side == PG_BUY ? PG_SELL : PG_BUY;
    }
    world_look(w);
}

static void check(const world *w)
{
    int64_t at_venue = pg_matcher_position(w->v.matcher);
    assert_true(at_venue <= LIMIT && at_venue >= -LIMIT);
    assert_true(w->position + pg_orders_open_size(&w->orders, PG_BUY) <= LIMIT);
    assert_true(w->position - pg_orders_open_size(&w->orders, PG_SELL) >= -LIMIT);
    for (int i = 0; i < w->orders.count; i++) {
        const pg_order *order = &w->orders.order[i];
        if (order->state == PG_ORDER_LIVE && w->policy.timeout_ns)
            assert_true(w->v.now_ns - order->since_ns < w->policy.timeout_ns);
    }
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
    check(w);
    world_wait(w, 1 + (int64_t)((bits >> 40) % 12));
    check(w);
}

static void run_random(const pg_quote_policy *p, uint64_t seed)
{
    static world w;
    memset(&w, 0, sizeof w);
    pg_matcher_config config = venue_config();
    venue_open(&w.v, &config);
    static const int64_t bids[] = { 1000, 999, 990 }, asks[] = { 1002, 1003, 1010 };
    for (int i = 0; i < 3; i++) {
        venue_level(&w.v, PG_BUY, bids[i], 0);
        venue_level(&w.v, PG_SELL, asks[i], 0);
    }
    venue_level(&w.v, PG_BUY, 500, 1);
    venue_level(&w.v, PG_SELL, 1500, 1);
    pg_orders_init(&w.orders, (pg_gateway){ &w, world_send }, 1);
    w.policy = *p;
    w.wanted.tif = PG_TIF_ALO;
    w.wanted.only = p->ping_pong ? PG_BUY : 0;
    w.random = seed;
    for (int i = 0; i < 60000; i++)
        random_step(&w);
    assert_true(w.orders.counts.filled > 500);
    assert_true(w.touched > 1000);
    assert_true(!p->timeout_ns || w.expired > 100);
    assert_int_equal(w.orders.counts.unmatched, 0);
    venue_close(&w.v);
}

static void test_random(void **state)
{
    (void)state;
    static const pg_quote_policy policies[] = {
        { .size_tolerance = 0.1, .min_life_ns = LIFE },
        { .size_tolerance = 0.1, .reprice_bps = 20, .min_life_ns = LIFE },
        { .size_tolerance = 0.1, .refresh_ns = REFRESH, .timeout_ns = TIMEOUT },
        { .size_tolerance = 0.1, .timeout_ns = TIMEOUT / 4, .ping_pong = true },
        { .size_tolerance = 0.1, .reprice_bps = 20, .min_life_ns = LIFE, .ping_pong = true },
        { .reprice_bps = 20, .min_life_ns = LIFE, .refresh_ns = LIFE / 2, .timeout_ns = REFRESH, .ping_pong = true },
        { .size_tolerance = 0.1, .reprice_bps = 30, .min_life_ns = LIFE, .refresh_ns = REFRESH, .timeout_ns = TIMEOUT },
    };
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        run_random(&policies[i], 20251121 + i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_reprice, setup),
        cmocka_unit_test_setup(test_nearest, setup),
        cmocka_unit_test_setup(test_in_the_way, setup),
        cmocka_unit_test_setup(test_life, setup),
        cmocka_unit_test_setup(test_life_after_refusal, setup),
        cmocka_unit_test_setup(test_life_is_not_protected, setup),
        cmocka_unit_test_setup(test_refresh, setup),
        cmocka_unit_test_setup(test_timeout, setup),
        cmocka_unit_test_setup(test_timeout_apart, setup),
        cmocka_unit_test_setup(test_only, setup),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
