/* The synthetic market: its statistics come out as intended, its book is a real one, the same seed gives the same bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "market/book.h"
#include "sim/synthetic.h"
#include "sim/synthetic_stats.h"

typedef struct {
    pg_event *events;
    size_t n, capacity;
} list;

static pg_status collect(void *context, const pg_event *events, size_t n, pg_error *err)
{
    list *l = context;
    (void)err;
    if (l->n + n > l->capacity) {
        l->capacity = (l->n + n) * 2;
        l->events = realloc(l->events, l->capacity * sizeof *events);
        assert_non_null(l->events);
    }
    memcpy(l->events + l->n, events, n * sizeof *events);
    l->n += n;
    return PG_OK;
}

static list generate(const pg_synthetic_params *params, uint64_t seed)
{
    list l = { 0 };
    pg_error err = { 0 };
    if (pg_synthetic_generate(params, seed, collect, &l, NULL, NULL, &err) != PG_OK)
        fail_msg("%s", err.what);
    return l;
}

static pg_synthetic_stats measure(const pg_synthetic_params *params, const list *l)
{
    pg_tape_info info;
    pg_synthetic_stats stats;
    assert_int_equal(pg_synthetic_describe(&info, params, 1, NULL), PG_OK);
    assert_int_equal(pg_synthetic_measure(&stats, l->events, l->n, &info.instrument, NULL), PG_OK);
    return stats;
}

static void within(const char *what, double value, double low, double high)
{
    if (!(value >= low && value <= high))
        fail_msg("%s is %g, not in %g to %g", what, value, low, high);
}

/* Eight hours at the defaults, two seeds. The tolerances are about four standard errors of eight hours. */
static void test_statistics(void **state)
{
    (void)state;
    pg_synthetic_params p;
    pg_synthetic_init(&p);
    p.hours = 8;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        list l = generate(&p, seed);
        pg_synthetic_stats s = measure(&p, &l);
        within("events an hour", (double)l.n / 8, 100000, 300000);
        within("volatility", s.volatility, 0.8 * p.volatility, 1.2 * p.volatility);
        within("kurtosis", s.kurtosis, 4, 12);
        within("spread", s.mean_spread_ticks, 0.9 * p.spread, 1.1 * p.spread);
        within("orders", s.orders_per_s, 0.94 * p.orders_per_s, 1.06 * p.orders_per_s);
        within("branching", s.branching, 0.55 - 0.08, 0.55 + 0.08);
        within("size tail", s.size_tail, 0.9 * p.size_tail, 1.1 * p.size_tail);
        within("order to trade", s.order_to_trade, 0.95 * p.order_to_trade, 1.05 * p.order_to_trade);
        within("buys", s.buy_share, 0.48, 0.52);
        free(l.events);
    }
}

/* The knobs turn what they say: no excitement, thin tails, a quiet and wide market. */
static void test_other_parameters(void **state)
{
    (void)state;
    pg_synthetic_params p;
    pg_synthetic_init(&p);
    p.hours = 4;
    p.n_self = p.n_cross = 0;
    p.tail = 100;
    p.vol_of_vol = 0;
    p.jumps_per_hour = 0;
    p.volatility = 0.3;
    p.spread = 5;
    p.orders_per_s = 4;
    p.size_tail = 4;
    p.order_to_trade = 10;
    p.price = 100000;
    p.tick = 1;
    list l = generate(&p, 3);
    pg_synthetic_stats s = measure(&p, &l);
    within("volatility", s.volatility, 0.8 * 0.3, 1.2 * 0.3);
    within("kurtosis", s.kurtosis, 2.6, 3.4);
    within("spread", s.mean_spread_ticks, 4.5, 5.5);
    within("orders", s.orders_per_s, 3.9, 4.1);
    within("branching", s.branching, -0.15, 0.15);
    within("size tail", s.size_tail, 3.5, 4.5);
    within("order to trade", s.order_to_trade, 9.5, 10.5);
    free(l.events);
}

/* Takers who know more move the price after their trades; takers who know nothing do not. */
static double drift_after_trades(double information)
{
    pg_synthetic_params p;
    pg_synthetic_init(&p);
    p.hours = 2;
    p.information = information;
    list l = generate(&p, 5);
    pg_book *book = pg_book_new(1);
    double drift = 0, mid = 0;
    int64_t pending = 0;
    int side = 0;
    size_t trades = 0;
    double then = 0;
    for (size_t i = 0; i < l.n; i++) {
        const pg_event *e = &l.events[i];
        if (pending && e->exch_ns > pending + 1000000000) {
            drift += side * (mid - then);
            trades++;
            pending = 0;
        }
        if (e->kind == PG_EVENT_TRADE && !pending) {
            pending = e->exch_ns;
            side = e->side == PG_BUY ? 1 : -1;
            then = mid;
        }
        if (pg_book_apply(book, e))
            mid = 0.5 * (double)(pg_book_best(book, PG_BUY) + pg_book_best(book, PG_SELL));
    }
    pg_book_free(book);
    free(l.events);
    return drift / (double)trades;
}

static void test_adverse_selection(void **state)
{
    (void)state;
    within("drift, informed", drift_after_trades(0.9), 0.3, 3);
    within("drift, not informed", drift_after_trades(0), -0.3, 0.3);
}

/* Trades hit the touch and take what rests there; the book is never crossed, locked or empty; times never go back. */
static void test_real_book(void **state)
{
    (void)state;
    pg_synthetic_params p;
    pg_synthetic_init(&p);
    p.jumps_per_hour = 60;
    p.jump_bps = 40;
    list l = generate(&p, 11);
    pg_book *book = pg_book_new(1);
    int64_t resting = 0, taken = 0, taken_price = 0;
    uint64_t trade_id = 0;
    size_t trades = 0, checked = 0;
    for (size_t i = 0; i < l.n; i++) {
        const pg_event *e = &l.events[i];
        assert_true(e->local_ns >= e->exch_ns);
        assert_true(i == 0 || e->local_ns >= e[-1].local_ns);
        assert_true(i == 0 || e->exch_ns >= e[-1].exch_ns);
        if (e->kind == PG_EVENT_TRADE) {
            int passive = e->side == PG_BUY ? PG_SELL : PG_BUY;
            assert_int_equal(e->id, ++trade_id);
            resting = pg_book_size(book, passive, e->price);
            assert_true(e->size > 0 && e->size <= resting);
            bool first = i == 0 || e[-1].kind != PG_EVENT_TRADE || e[-1].exch_ns != e->exch_ns;
            if (first)
                assert_int_equal(e->price, pg_book_best(book, passive));
            taken = e->size;
            taken_price = e->price;
            trades++;
        }
        if (e->kind == PG_EVENT_LEVEL && e->price == taken_price && i > 0 && l.events[i - 1].kind == PG_EVENT_TRADE) {
            assert_int_equal(e->size, resting - taken);
            checked++;
        }
        if (pg_book_apply(book, e)) {
            assert_true(pg_book_is_two_sided(book));
            assert_false(pg_book_is_crossed(book) || pg_book_is_locked(book));
            assert_true(pg_book_count(book, PG_BUY) <= 400);
        }
    }
    assert_true(trades > 5000 && checked > 4000);
    assert_int_equal(l.events[0].kind, PG_EVENT_SNAPSHOT_BEGIN);
    assert_int_equal(l.events[0].size2, 50);
    assert_int_equal(l.events[51].kind, PG_EVENT_SNAPSHOT_END);
    pg_book_free(book);
    free(l.events);
}

static void test_determinism(void **state)
{
    (void)state;
    pg_synthetic_params p;
    pg_synthetic_init(&p);
    p.hours = 0.2;
    list a = generate(&p, 7), b = generate(&p, 7), c = generate(&p, 8);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.events, b.events, a.n * sizeof *a.events);
    assert_true(c.n != a.n || memcmp(a.events, c.events, a.n * sizeof *a.events) != 0);
    free(a.events);
    free(b.events);
    free(c.events);
}

static void refuse(void (*spoil)(pg_synthetic_params *), const char *what)
{
    pg_synthetic_params p;
    pg_tape_info info;
    pg_error err = { 0 };
    pg_synthetic_init(&p);
    spoil(&p);
    assert_int_equal(pg_synthetic_describe(&info, &p, 1, &err), PG_ERR_INVALID);
    if (!strstr(err.what, what))
        fail_msg("%s", err.what);
}

static void spoil_branching(pg_synthetic_params *p)
{
    p->n_self = 0.9;
    p->n_cross = 0.1;
}

static void spoil_number(pg_synthetic_params *p)
{
    p->volatility = NAN;
}

static void spoil_price(pg_synthetic_params *p)
{
    p->tick = 100;
}

static void spoil_tick(pg_synthetic_params *p)
{
    p->tick = 1.0 / 3;
}

static void spoil_step(pg_synthetic_params *p)
{
    p->tick = 0.0001;
}

static void test_bad_parameters(void **state)
{
    (void)state;
    refuse(spoil_branching, "branching ratio");
    refuse(spoil_number, "volatility is nan");
    refuse(spoil_price, "ticks");
    refuse(spoil_tick, "decimals");
    refuse(spoil_step, "larger tick");
}

/* An error of the sink ends the generation and comes back. */
static pg_status fail_at_once(void *context, const pg_event *events, size_t n, pg_error *err)
{
    (void)events;
    (void)n;
    ++*(int *)context;
    return pg_fail(err, PG_ERR_IO, "the disk is full");
}

static void test_sink_error(void **state)
{
    (void)state;
    pg_synthetic_params p;
    pg_synthetic_init(&p);
    int calls = 0;
    pg_error err = { 0 };
    assert_int_equal(pg_synthetic_generate(&p, 1, fail_at_once, &calls, NULL, NULL, &err), PG_ERR_IO);
    assert_int_equal(calls, 1);
    assert_string_equal(err.what, "the disk is full");
}

/* Taken moment by moment it is the same market, and it goes on beyond the length. */
static void test_moments(void **state)
{
    (void)state;
    pg_synthetic_params p;
    pg_synthetic_init(&p);
    p.hours = 0.05;
    list whole = generate(&p, 5), pulled = { 0 };
    pg_synthetic *market = NULL;
    assert_int_equal(pg_synthetic_open(&market, &p, 5, NULL), PG_OK);
    p.price = 1; /* the parameters were copied */
    int64_t before = pg_synthetic_time(market);
    while (pulled.n < whole.n + 1000)
        assert_int_equal(pg_synthetic_next(market, collect, &pulled, NULL), PG_OK);
    assert_int_equal(before, p.start_ns);
    assert_true(pg_synthetic_time(market) > before + 180000000000);
    assert_memory_equal(whole.events, pulled.events, whole.n * sizeof(pg_event));
    pg_synthetic_close(market);
    free(whole.events);
    free(pulled.events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics),        cmocka_unit_test(test_other_parameters),
        cmocka_unit_test(test_adverse_selection), cmocka_unit_test(test_real_book),
        cmocka_unit_test(test_determinism),       cmocka_unit_test(test_bad_parameters),
        cmocka_unit_test(test_sink_error),        cmocka_unit_test(test_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
