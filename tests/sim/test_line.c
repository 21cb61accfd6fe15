/* Our orders in line: queue positions by hand, fills by print in priority order, and that nothing fills twice. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "sim/line.h"
#include "support/market.h"

/* Bids of 100 at 1000, 999 and 990, asks of 100 at 1002 and 1003. */
static pg_book *make_book(void)
{
    pg_book *book = pg_book_new(1);
    pg_book_set(book, PG_BUY, 1000, 100);
    pg_book_set(book, PG_BUY, 999, 100);
    pg_book_set(book, PG_BUY, 990, 100);
    pg_book_set(book, PG_SELL, 1002, 100);
    pg_book_set(book, PG_SELL, 1003, 100);
    return book;
}

static void add(pg_line *line, const pg_book *book, uint64_t id, int64_t price, int64_t size, int64_t arrival_ns)
{
    assert_true(pg_line_add(line, book,
                            &(pg_resting){ .id = id, .price = price, .remaining = size, .arrival_ns = arrival_ns }));
}

static void set(pg_line *line, pg_book *book, int side, int64_t price, int64_t size)
{
    assert_true(pg_book_set(book, side, price, size));
    pg_line_depth(line, book, price);
}

/* Books the fills as the matcher does; returns their sum. */
static int64_t book_fills(pg_line *line, const pg_line_fill *fills, int n)
{
    int64_t total = 0;
    for (int i = 0; i < n; i++) {
        line->order[fills[i].index].remaining -= fills[i].size;
        assert_true(line->order[fills[i].index].remaining >= 0);
        total += fills[i].size;
    }
    for (int i = n - 1; i >= 0; i--)
        if (line->order[fills[i].index].remaining == 0)
            pg_line_remove(line, fills[i].index);
    return total;
}

static int64_t trade(pg_line *line, int64_t price, int64_t size)
{
    static pg_line_fill fills[PG_LINE_ORDERS];
    return book_fills(line, fills, pg_line_trade(line, price, size, 100, false, fills));
}

static double front(const pg_line *line, uint64_t id)
{
    int index = pg_line_find(line, id);
    assert_true(index >= 0);
    return line->order[index].queue.front;
}

static void test_risk_averse(void **state)
{
    (void)state;
    static pg_line line;
    pg_book *book = make_book();
    pg_line_init(&line, PG_BUY, 1, PG_QUEUE_RISK_ADVERSE, 3);
    add(&line, book, 1, 1000, 10, 0);
    assert_true(front(&line, 1) == 100); /* behind all that is displayed */
    assert_int_equal(trade(&line, 1000, 30), 0);
    assert_true(front(&line, 1) == 70);
    set(&line, book, PG_BUY, 1000, 60); /* 30 traded, 10 cancelled: no more than 60 can be ahead */
    assert_true(front(&line, 1) == 60);
    set(&line, book, PG_BUY, 1000, 500); /* joins behind us */
    assert_true(front(&line, 1) == 60);
    assert_int_equal(trade(&line, 1000, 60), 0); /* exactly the queue: nothing for us */
    assert_int_equal(trade(&line, 1000, 4), 4);  /* 4 of our 10 */
    assert_true(front(&line, 1) == 0);
    assert_int_equal(line.order[0].remaining, 6);
    assert_int_equal(trade(&line, 1000, 100), 6); /* never more than what is left */
    assert_int_equal(line.count, 0);
    pg_book_free(book);
}

/* 100 ahead, then 40 join behind us; 20 of the 140 go away without a trade.
 * front = 100 - (1 - p) 20 with p the probability that they went behind us: a = 100, b = 40. */
static void test_probability_models(void **state)
{
    (void)state;
    static const struct {
        pg_queue_model model;
        double power, front;
    } cases[] = {
        { PG_QUEUE_RISK_ADVERSE, 3, 100 },
        { PG_QUEUE_POWER1, 1, 85.7142857142857 }, /* p = 40/140, (1-p) 20 = 14.2857142857 */
        { PG_QUEUE_POWER1, 2, 82.7586206896552 }, /* p = 1600/11600, (1-p) 20 = 17.2413793103 */
        { PG_QUEUE_POWER2, 2, 81.6326530612245 }, /* p = 1600/19600, (1-p) 20 = 18.3673469388 */
        { PG_QUEUE_POWER3, 3, 92.7113702623907 }, /* 1-p = (100/140)^3 = 0.36443149, times 20 = 7.2886297376 */
        { PG_QUEUE_LOG1, 1, 88.9175390482 },      /* p = ln 41 / (ln 41 + ln 101) = 0.4458769524 */
        { PG_QUEUE_LOG2, 1, 95.0080915177 },      /* p = ln 41 / ln 141 = 0.7504045759 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static pg_line line;
        pg_book *book = make_book();
        pg_line_init(&line, PG_BUY, 1, cases[i].model, cases[i].power);
        add(&line, book, 1, 1000, 10, 0);
        set(&line, book, PG_BUY, 1000, 140);
        assert_true(front(&line, 1) == 100);
        set(&line, book, PG_BUY, 1000, 120);
        if (fabs(front(&line, 1) - cases[i].front) > 1e-9)
            fail_msg("model %d: front %.10f, expected %.10f", cases[i].model, front(&line, 1), cases[i].front);
        pg_book_free(book);
    }
}

/* 140 falls to 30 with a = 100, b = 40, power3: p = 0.63557, of 110 gone 69.9 fall behind us, where only 40 are:
 * the other 29.9 were ahead. 100 - 40.0875 - 29.9125 = 30, all that is left. */
static void test_more_gone_than_behind(void **state)
{
    (void)state;
    static pg_line line;
    pg_book *book = make_book();
    pg_line_init(&line, PG_BUY, 1, PG_QUEUE_POWER3, 3);
    add(&line, book, 1, 1000, 10, 0);
    set(&line, book, PG_BUY, 1000, 140);
    set(&line, book, PG_BUY, 1000, 30);
    assert_true(fabs(front(&line, 1) - 30) < 1e-9);
    pg_book_free(book);
}

/* A fall of the displayed size that trades explain moves nobody again, for any model: not us, and not our second order,
 * whose share of the print was taken by the first. */
static void test_trades_explain_depth(void **state)
{
    (void)state;
    for (int model = PG_QUEUE_RISK_ADVERSE; model <= PG_QUEUE_LOG2; model++) {
        static pg_line line;
        pg_book *book = make_book();
        pg_line_init(&line, PG_BUY, 1, (pg_queue_model)model, 3);
        add(&line, book, 1, 1000, 5, 0); /* 100 ahead */
        set(&line, book, PG_BUY, 1000, 160);
        add(&line, book, 2, 1000, 5, 0); /* 160 ahead, and our own 5 */
        set(&line, book, PG_BUY, 1000, 300);
        /* A print of 110: 100 ahead of the first, 5 to it, 5 of the 60 between the two. */
        assert_int_equal(trade(&line, 1000, 110), 5);
        assert_int_equal(line.count, 1);
        assert_true(front(&line, 2) == 55);
        set(&line, book, PG_BUY, 1000, 190); /* 300 - 110 */
        if (fabs(front(&line, 2) - 55) > 1e-9)
            fail_msg("model %d: front %g after a fall that the trade explains", model, front(&line, 2));
        pg_book_free(book);
    }
}

/* A trade through our price: the queue in front of us is gone, and what the print has left over is ours. */
static void test_through(void **state)
{
    (void)state;
    static pg_line line;
    pg_book *book = make_book();
    pg_line_init(&line, PG_BUY, 1, PG_QUEUE_RISK_ADVERSE, 3);
    add(&line, book, 1, 1000, 10, 0);
    add(&line, book, 2, 999, 10, 0);
    add(&line, book, 3, 1000, 5, 0);
    /* At 998: first our two at 1000 in order of arrival, then the one at 999. */
    assert_int_equal(trade(&line, 998, 12), 12);
    assert_int_equal(pg_line_find(&line, 1), -1);
    assert_int_equal(line.order[pg_line_find(&line, 3)].remaining, 3);
    assert_int_equal(line.order[pg_line_find(&line, 2)].remaining, 10);
    /* What remains stands at the head of its price now. */
    assert_true(front(&line, 3) == 0);
    assert_true(front(&line, 2) == 0);
    assert_int_equal(trade(&line, 1000, 2), 2);
    assert_int_equal(trade(&line, 999, 7), 7); /* 1 to the better price, 6 at 999 */
    assert_int_equal(line.count, 1);
    assert_int_equal(line.order[0].remaining, 4);
    assert_int_equal(trade(&line, 1001, 50), 0); /* not down to us */
    pg_book_free(book);
}

/* Two orders at one price: the print is given out once. */
static void test_two_at_one_price(void **state)
{
    (void)state;
    static pg_line line;
    pg_book *book = make_book();
    pg_line_init(&line, PG_BUY, 1, PG_QUEUE_RISK_ADVERSE, 3);
    add(&line, book, 1, 1000, 10, 0);
    add(&line, book, 2, 1000, 10, 0);
    assert_int_equal(trade(&line, 1000, 100), 0);
    assert_int_equal(trade(&line, 1000, 6), 6);
    assert_int_equal(line.order[0].remaining, 4);
    assert_int_equal(line.order[1].remaining, 10);
    assert_int_equal(trade(&line, 1000, 6), 6); /* 4 to the first, 2 to the second */
    assert_int_equal(line.count, 1);
    assert_int_equal(line.order[0].id, 2);
    assert_int_equal(line.order[0].remaining, 8);
    pg_book_free(book);
}

/* A print at the lower price has met the better order first. */
static void test_two_prices(void **state)
{
    (void)state;
    static pg_line line;
    pg_book *book = make_book();
    pg_line_init(&line, PG_SELL, 1, PG_QUEUE_RISK_ADVERSE, 3);
    pg_book_set(book, PG_SELL, 1002, 0);
    add(&line, book, 1, 1003, 10, 0); /* 100 ahead */
    add(&line, book, 2, 1002, 10, 0); /* improves: nobody ahead */
    assert_true(front(&line, 2) == 0);
    assert_int_equal(line.order[0].id, 2);
    assert_int_equal(trade(&line, 1003, 105), 10); /* 10 to the better; 95 meet the 100 ahead of the other */
    assert_int_equal(line.count, 1);
    assert_true(front(&line, 1) == 5);
    assert_int_equal(trade(&line, 1003, 9), 4);
    pg_book_free(book);
}

/* What happened before an order arrived cannot fill it, whatever the tape's order. */
static void test_arrival_guard(void **state)
{
    (void)state;
    static pg_line line;
    static pg_line_fill fills[PG_LINE_ORDERS];
    pg_book *book = make_book();
    pg_line_init(&line, PG_BUY, 1, PG_QUEUE_RISK_ADVERSE, 3);
    add(&line, book, 1, 1001, 10, 50);
    assert_int_equal(pg_line_trade(&line, 1001, 10, 49, false, fills), 0);
    assert_int_equal(pg_line_trade(&line, 990, 10, 49, false, fills), 0);
    assert_true(front(&line, 1) == 0);
    pg_book_set(book, PG_SELL, 1001, 5);
    assert_int_equal(pg_line_cross(&line, book, 49, fills), 0);
    assert_int_equal(pg_line_cross(&line, book, 50, fills), 1);
    assert_int_equal(pg_line_trade(&line, 1001, 10, 50, false, fills), 1);
    assert_int_equal(fills[0].size, 10);
    pg_book_free(book);
}

/* The book comes to our prices: its displayed size is given out once, best price of ours first. */
static void test_cross(void **state)
{
    (void)state;
    static pg_line line;
    static pg_line_fill fills[PG_LINE_ORDERS];
    pg_book *book = make_book();
    pg_line_init(&line, PG_BUY, 1, PG_QUEUE_RISK_ADVERSE, 3);
    add(&line, book, 1, 1000, 10, 0);
    add(&line, book, 2, 1001, 10, 0);
    assert_int_equal(pg_line_cross(&line, book, 10, fills), 0);
    pg_book_set(book, PG_SELL, 1001, 4); /* locked with our better order */
    int n = pg_line_cross(&line, book, 10, fills);
    assert_int_equal(n, 1);
    assert_int_equal(fills[0].index, 0);
    assert_int_equal(fills[0].size, 4);
    pg_book_set(book, PG_SELL, 1000, 9); /* 13 to 1001, 9 of them to 1000: 10 to the better, 0 of 9 left... */
    n = pg_line_cross(&line, book, 10, fills);
    assert_int_equal(fills[0].size, 10);
    /* ...because the better order may have taken the 9 at 1000 and 1 at 1001: nothing is left at 1000. */
    assert_int_equal(n, 1);
    pg_book_set(book, PG_SELL, 1000, 13);
    n = pg_line_cross(&line, book, 10, fills);
    assert_int_equal(n, 2);
    assert_int_equal(fills[0].size + fills[1].size, 13); /* 10 and 3 */
    pg_book_free(book);
}

/* Beyond the visible depth anything may stand in front; the first sight of the level puts a number on it. */
static void test_beyond_depth(void **state)
{
    (void)state;
    static pg_line line;
    pg_book *book = make_book();
    pg_line_init(&line, PG_BUY, 1, PG_QUEUE_POWER3, 3);
    add(&line, book, 1, 980, 10, 0);
    assert_true(isinf(front(&line, 1)));
    assert_int_equal(trade(&line, 980, 1000000), 0); /* how much stood there is not known */
    set(&line, book, PG_BUY, 970, 100);              /* now 980 lies within what is shown: nothing there */
    assert_true(front(&line, 1) == 0);
    assert_int_equal(trade(&line, 980, 3), 3);
    add(&line, book, 2, 960, 10, 0);
    assert_int_equal(trade(&line, 959, 7 + 3), 10); /* through both: 7 to 980, 3 to 960 */
    assert_int_equal(line.order[0].remaining, 7);
    assert_true(front(&line, 2) == 0);
    pg_book_free(book);
}

static void test_full(void **state)
{
    (void)state;
    static pg_line line;
    pg_book *book = make_book();
    pg_line_init(&line, PG_BUY, 1, PG_QUEUE_POWER3, 3);
    for (uint64_t i = 0; i < PG_LINE_ORDERS; i++)
        add(&line, book, i + 1, 1000 - (int64_t)(i * 7 % 50), 1, 0);
    assert_false(pg_line_add(&line, book, &(pg_resting){ .id = 999, .price = 1000, .remaining = 1 }));
    for (int i = 1; i < line.count; i++) /* best price first, then by arrival */
        assert_true(line.order[i - 1].price > line.order[i].price ||
                    (line.order[i - 1].price == line.order[i].price && line.order[i - 1].id < line.order[i].id));
    pg_book_free(book);
}

typedef struct {
    pg_line line;
    pg_book *book;
    uint64_t random, id;
    int64_t now_ns;
} fuzz;

/* One print: no more fills than it has, none before arrival, and none of a worse price while a better one waits. */
static void random_trade(fuzz *f)
{
    static pg_line_fill fills[PG_LINE_ORDERS];
    int64_t price = 990 + (int64_t)(market_random(&f->random) % 16);
    int64_t size = 1 + (int64_t)(market_random(&f->random) % 60);
    int64_t exch_ns = f->now_ns - (int64_t)(market_random(&f->random) % 5);
    int n = pg_line_trade(&f->line, price, size, exch_ns, false, fills);
    int64_t total = 0, by_index[PG_LINE_ORDERS] = { 0 };
    for (int i = 0; i < n; i++) {
        const pg_resting *order = &f->line.order[fills[i].index];
        assert_true(fills[i].size > 0 && fills[i].size <= order->remaining);
        assert_true(order->arrival_ns <= exch_ns);
        assert_true(f->line.side == PG_BUY ? order->price >= price : order->price <= price);
        by_index[fills[i].index] += fills[i].size;
        total += fills[i].size;
    }
    assert_true(total <= size);
    bool waiting = false;
    for (int i = 0; i < f->line.count; i++) {
        const pg_resting *order = &f->line.order[i];
        assert_false(waiting && by_index[i] > 0);
        bool through = order->price != price && pg_line_reaches(&f->line, order->price, price);
        waiting |= through && order->arrival_ns <= exch_ns && by_index[i] < order->remaining;
    }
    book_fills(&f->line, fills, n);
}

static void random_step(fuzz *f)
{
    uint64_t r = market_random(&f->random);
    int64_t price = 985 + (int64_t)(r >> 8) % 30;
    f->now_ns += (int64_t)(r >> 50) % 3;
    if (r % 4 == 0 && f->line.count < 40) {
        add(&f->line, f->book, ++f->id, price, 1 + (int64_t)((r >> 20) % 20), f->now_ns);
    } else if (r % 4 == 1) {
        set(&f->line, f->book, f->line.side, price, (int64_t)((r >> 20) % 3) * (int64_t)((r >> 30) % 80));
    } else {
        random_trade(f);
    }
    for (int i = 0; i < f->line.count; i++) {
        const pg_resting *order = &f->line.order[i];
        assert_true(order->remaining > 0 && !isnan(order->queue.front));
        if (order->visible) /* once the level is seen no more than it can stand in front */
            assert_true(order->queue.front <= (double)order->level_size);
    }
}

static void test_random(void **state)
{
    (void)state;
    for (int model = PG_QUEUE_RISK_ADVERSE; model <= PG_QUEUE_LOG2; model++)
        for (int side = PG_BUY; side <= PG_SELL; side++) {
            static fuzz f;
            f = (fuzz){ .book = make_book(), .random = 77, .now_ns = 10 };
            pg_line_init(&f.line, side, 1, (pg_queue_model)model, 2);
            for (int i = 0; i < 20000; i++)
                random_step(&f);
            pg_book_free(f.book);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_risk_averse),
        cmocka_unit_test(test_probability_models),
        cmocka_unit_test(test_more_gone_than_behind),
        cmocka_unit_test(test_trades_explain_depth),
        cmocka_unit_test(test_through),
        cmocka_unit_test(test_two_at_one_price),
        cmocka_unit_test(test_two_prices),
        cmocka_unit_test(test_arrival_guard),
        cmocka_unit_test(test_cross),
        cmocka_unit_test(test_beyond_depth),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
