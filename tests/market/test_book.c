/* The order book against a naive reference (two sorted arrays) on random event streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "market/book.h"

/* ---- the reference: an unsorted array of levels a side, everything by linear search ---- */

enum { NAIVE_MAX = 20000 };

typedef struct {
    pg_level level[NAIVE_MAX];
    int count;
} naive_side;

static naive_side naive[2];

static void naive_set(int side, int64_t price, int64_t size)
{
    naive_side *s = &naive[side == PG_SELL];
    for (int i = 0; i < s->count; i++)
        if (s->level[i].price == price) {
            if (size > 0)
                s->level[i].size = size;
            else
                s->level[i] = s->level[--s->count];
            return;
        }
    if (size > 0)
        s->level[s->count++] = (pg_level){ price, size };
}

static int by_price(const void *a, const void *b)
{
    int64_t x = ((const pg_level *)a)->price, y = ((const pg_level *)b)->price;
    return (x > y) - (x < y);
}

static int naive_top(int side, pg_level *levels, int n)
{
    static pg_level sorted[NAIVE_MAX];
    naive_side *s = &naive[side == PG_SELL];
    memcpy(sorted, s->level, (size_t)s->count * sizeof *sorted);
    qsort(sorted, (size_t)s->count, sizeof *sorted, by_price);
    int found = s->count < n ? s->count : n;
    for (int i = 0; i < found; i++)
        levels[i] = sorted[side == PG_SELL ? i : s->count - 1 - i];
    return found;
}

static void naive_set_best(int64_t bid, int64_t bid_size, int64_t ask, int64_t ask_size)
{
    if (bid == 0)
        naive[0].count = 0;
    if (ask == 0)
        naive[1].count = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int side = 0; side < 2; side++)
            for (int i = naive[side].count - 1; i >= 0; i--) {
                int64_t price = naive[side].level[i].price;
                bool gone = false;
                if (bid > 0 && pass == 0)
                    gone = side == 0 ? price > bid : price <= bid;
                if (ask > 0 && pass == 1)
                    gone = side == 1 ? price < ask : price >= ask;
                if (gone)
                    naive[side].level[i] = naive[side].level[--naive[side].count];
            }
    if (bid > 0)
        naive_set(PG_BUY, bid, bid_size);
    if (ask > 0)
        naive_set(PG_SELL, ask, ask_size);
}

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static int64_t between(int64_t low, int64_t high)
{
    return low + (int64_t)(next_random() % (uint64_t)(high - low + 1));
}

static void check_same(const pg_book *book, int depth)
{
    static pg_level ours[NAIVE_MAX], theirs[NAIVE_MAX];
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        int n = pg_book_top(book, side, ours, depth), m = naive_top(side, theirs, depth);
        assert_int_equal(n, m);
        assert_int_equal(pg_book_count(book, side), naive[side == PG_SELL].count);
        for (int i = 0; i < n; i++) {
            assert_int_equal(ours[i].price, theirs[i].price);
            assert_int_equal(ours[i].size, theirs[i].size);
        }
        assert_int_equal(pg_book_best(book, side), n ? theirs[0].price : 0);
        if (depth == NAIVE_MAX)
            assert_int_equal(pg_book_worst(book, side), n ? theirs[n - 1].price : 0);
        if (n > 2) {
            assert_int_equal(pg_book_size(book, side, theirs[n / 2].price), theirs[n / 2].size);
            assert_int_equal(pg_book_depth(book, side, theirs[2].price),
                             theirs[0].size + theirs[1].size + theirs[2].size);
        }
    }
}

/* A random walk of the touch with jumps beyond the window, far levels, removals and clears. */
static void run_stream(uint64_t seed, int64_t tick, int64_t spread_of_levels, int steps)
{
    random_state = seed;
    memset(naive, 0, sizeof naive);
    pg_book *book = pg_book_new(tick);
    int64_t centre = 50000;
    for (int step = 0; step < steps; step++) {
        centre += between(-3, 3);
        if (between(0, 499) == 0)
            centre += between(-3000, 3000);
        if (centre < 20000)
            centre = 20000;
        int action = (int)between(0, 99);
        int side = between(0, 1) ? PG_BUY : PG_SELL;
        int64_t distance = between(0, 9) == 0 ? between(0, 10 * spread_of_levels) : between(0, spread_of_levels);
        int64_t price = tick * (side == PG_BUY ? centre - distance : centre + 1 + distance);
        if (action < 60) {
            int64_t size = between(1, 1000);
            assert_true(pg_book_set(book, side, price, size));
            naive_set(side, price, size);
        } else if (action < 85) {
            pg_level levels[40];
            int n = naive_top(side, levels, 40);
            if (n == 0)
                continue;
            int64_t gone = levels[between(0, between(0, 3) ? 0 : n - 1)].price;
            assert_true(pg_book_set(book, side, gone, 0));
            naive_set(side, gone, 0);
        } else if (action < 99) {
            int64_t bid = tick * centre, ask = tick * (centre + 1 + between(0, 2));
            if (between(0, 50) == 0)
                bid = 0;
            pg_book_set_best(book, bid, 7, ask, 9);
            naive_set_best(bid, 7, ask, 9);
        } else if (between(0, 20) == 0) {
            pg_book_clear(book);
            memset(naive, 0, sizeof naive);
        }
        check_same(book, step % 64 == 0 ? NAIVE_MAX : 5);
    }
    pg_book_free(book);
}

static void test_random_streams(void **state)
{
    (void)state;
    run_stream(1, 1, 30, 8000);
    run_stream(2, 10, 400, 8000);
    run_stream(3, 5, 2000, 3000);
    run_stream(4, 25000, 5, 8000);
}

static void test_refuses_bad_levels(void **state)
{
    (void)state;
    pg_book *book = pg_book_new(10);
    assert_false(pg_book_set(book, PG_BUY, 105, 1));
    assert_false(pg_book_set(book, PG_BUY, 0, 1));
    assert_false(pg_book_set(book, PG_BUY, -10, 1));
    assert_false(pg_book_set(book, PG_BUY, 100, -1));
    assert_int_equal(pg_book_count(book, PG_BUY), 0);
    assert_true(pg_book_set(book, PG_BUY, 100, 0));
    assert_int_equal(pg_book_best(book, PG_BUY), 0);
    pg_book_free(book);
}

static pg_event level(int side, int64_t price, int64_t size, int flags, int64_t time)
{
    return (pg_event){ .kind = PG_EVENT_LEVEL,
                       .side = (uint8_t)side,
                       .price = price,
                       .size = size,
                       .exch_ns = time,
                       .flags = (uint16_t)flags };
}

static void test_events(void **state)
{
    (void)state;
    pg_book *book = pg_book_new(1);
    pg_event begin = { .kind = PG_EVENT_SNAPSHOT_BEGIN, .exch_ns = 5 };
    pg_event end = { .kind = PG_EVENT_SNAPSHOT_END, .exch_ns = 5, .flags = PG_EVENT_LAST };
    pg_event stale = level(PG_BUY, 90, 4, PG_EVENT_LAST, 1);
    assert_true(pg_book_apply(book, &stale));
    assert_false(pg_book_apply(book, &begin));
    pg_event bid = level(PG_BUY, 100, 3, PG_EVENT_LAST, 5), ask = level(PG_SELL, 102, 6, PG_EVENT_LAST, 5);
    assert_false(pg_book_apply(book, &bid));
    assert_false(pg_book_apply(book, &ask));
    assert_true(pg_book_apply(book, &end));
    assert_int_equal(pg_book_size(book, PG_BUY, 90), 0); /* a snapshot replaces */
    assert_false(pg_book_is_crossed(book));
    assert_true(pg_book_imbalance(book, 5) == -1.0 / 3);
    pg_event old = { .kind = PG_EVENT_BBO, .exch_ns = 4, .price = 80, .size = 1, .price2 = 81, .size2 = 1 };
    assert_false(pg_book_apply(book, &old));
    assert_int_equal(pg_book_best(book, PG_BUY), 100);
    pg_event fresh = { .kind = PG_EVENT_BBO, .exch_ns = 6, .price = 101, .size = 2, .price2 = 103, .size2 = 1 };
    assert_true(pg_book_apply(book, &fresh));
    assert_int_equal(pg_book_best(book, PG_BUY), 101);
    assert_int_equal(pg_book_best(book, PG_SELL), 103);
    assert_int_equal(pg_book_size(book, PG_SELL, 102), 0);
    pg_event crossing = level(PG_SELL, 101, 1, PG_EVENT_LAST, 7);
    pg_book_apply(book, &crossing);
    assert_true(pg_book_is_locked(book));
    pg_event deeper = level(PG_SELL, 100, 1, PG_EVENT_LAST, 8);
    pg_book_apply(book, &deeper);
    assert_true(pg_book_is_crossed(book));
    assert_int_equal(pg_book_time(book), 8);
    pg_book_free(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_streams),
        cmocka_unit_test(test_refuses_bad_levels),
        cmocka_unit_test(test_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
