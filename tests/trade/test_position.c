/* Position at average cost: hand cases, a reference in extended precision, and money that never gets lost. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "support/market.h"
#include "trade/position.h"

static void expect(const pg_position *p, int64_t quantity, int64_t cost, int64_t cash, int64_t realised)
{
    assert_int_equal(p->quantity, quantity);
    assert_int_equal((int64_t)p->cost, cost);
    assert_int_equal((int64_t)p->cash, cash);
    assert_int_equal((int64_t)p->realised, realised);
}

static void test_open_add_reduce_close(void **state)
{
    (void)state;
    pg_position p = { 0 };
    pg_position_fill(&p, PG_BUY, 100, 10, 0);
    expect(&p, 10, 1000, -1000, 0);
    pg_position_fill(&p, PG_BUY, 110, 5, 0); /* 1550 for 15: 103.33 on average */
    expect(&p, 15, 1550, -1550, 0);
    pg_position_fill(&p, PG_SELL, 120, 6, 0); /* 1550 x 6 / 15 = 620; 720 - 620 = 100 */
    expect(&p, 9, 930, -830, 100);
    pg_position_fill(&p, PG_SELL, 90, 2, 0); /* 930 x 2 / 9 = 206.67, truncated to 206; 180 - 206 = -26 */
    expect(&p, 7, 724, -650, 74);
    /* At a mid of 100.5: 7 x 100.5 - 724 = -20.5; net = 74 - 20.5 = 53.5 = -650 + 703.5. */
    assert_int_equal((int64_t)pg_position_unrealised_x2(&p, 201), -41);
    assert_int_equal((int64_t)pg_position_net_x2(&p, 201), 107);
    pg_position_fill(&p, PG_SELL, 100, 7, 0);
    expect(&p, 0, 0, 50, 50);
    assert_int_equal((int64_t)p.turnover, 1000 + 550 + 720 + 180 + 700);
    assert_int_equal((int64_t)pg_position_net_x2(&p, 12345), 100); /* flat: the mark does not matter */
}

static void test_short_and_reverse(void **state)
{
    (void)state;
    pg_position p = { 0 };
    pg_position_fill(&p, PG_SELL, 100, 10, 0);
    expect(&p, -10, -1000, 1000, 0);
    assert_int_equal((int64_t)pg_position_unrealised_x2(&p, 190), 100); /* 5 lower: 50 gained */
    pg_position_fill(&p, PG_BUY, 90, 25, 0);                            /* closes 10 for 100, opens 15 at 90 */
    expect(&p, 15, 1350, -1250, 100);
    pg_position_fill(&p, PG_SELL, 80, 20, 0); /* closes 15 for -150, opens -5 at 80 */
    expect(&p, -5, -400, 350, -50);
    pg_position_fill(&p, PG_BUY, 80, 5, 0);
    expect(&p, 0, 0, -50, -50);
}

static void test_fees_and_funding(void **state)
{
    (void)state;
    pg_position p = { 0 };
    pg_position_fill(&p, PG_BUY, 100, 10, 3);
    pg_position_fill(&p, PG_SELL, 105, 10, -2); /* a rebate */
    assert_int_equal((int64_t)p.fees, 1);
    pg_position_fund(&p, 7);
    pg_position_fund(&p, -4);
    assert_int_equal((int64_t)p.funding, 3);
    assert_int_equal((int64_t)p.realised, 50);
    assert_int_equal((int64_t)p.cash, 52); /* 50 - 1 + 3 */
    assert_int_equal((int64_t)pg_position_net_x2(&p, 1), 104);
}

/* Longs pay a positive rate, shorts receive it: -10 x 200 x 0.0001 = -0.2, and half a unit rounds away from zero. */
static void test_funding_amount(void **state)
{
    (void)state;
    assert_int_equal((int64_t)pg_funding(10, 200, 100000000), 0);
    assert_int_equal((int64_t)pg_funding(100, 200, 100000000), -2);
    assert_int_equal((int64_t)pg_funding(-100, 200, 100000000), 2);
    assert_int_equal((int64_t)pg_funding(100, 200, -100000000), 2);
    assert_int_equal((int64_t)pg_funding(25, 200, 100000000), -1); /* -0.5 */
    assert_int_equal((int64_t)pg_funding(-25, 200, 100000000), 1); /* 0.5 */
    assert_int_equal((int64_t)pg_funding(24, 200, 100000000), 0);  /* -0.48 */
    assert_int_equal((int64_t)pg_funding(0, 200, 100000000), 0);
}

/* Average cost in long double. Truncation keeps back less than one unit at each reduction. */
typedef struct {
    long double quantity, average, realised;
} reference;

static void reference_fill(reference *r, int side, int64_t price, int64_t size)
{
    long double sign = side == PG_BUY ? 1 : -1, x = (long double)size;
    if (r->quantity * sign >= 0) {
        r->average = (fabsl(r->quantity) * r->average + x * (long double)price) / (fabsl(r->quantity) + x);
        r->quantity += sign * x;
        return;
    }
    long double closed = fminl(x, fabsl(r->quantity));
    r->realised += closed * ((long double)price - r->average) * -sign;
    r->quantity += sign * x;
    if (x > closed)
        r->average = (long double)price;
    if (r->quantity == 0)
        r->average = 0;
}

/* 100,000 random fills: money is conserved to the unit at each, and the profit is that of the average cost. */
static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        uint64_t random = seed * 7919;
        pg_position p = { 0 };
        reference r = { 0 };
        pg_money paid = 0, fees = 0, funding = 0;
        int64_t held = 0;
        int reductions = 0;
        for (int i = 0; i < 100000; i++) {
            uint64_t bits = market_random(&random);
            int side = bits & 1 ? PG_BUY : PG_SELL;
            if ((held > 0 ? held : -held) > 2000000) /* back towards zero now and then, often exactly */
                side = held > 0 ? PG_SELL : PG_BUY;
            int64_t size = 1 + (int64_t)((bits >> 8) % 300000), price = 1 + (int64_t)((bits >> 30) % 70000);
            if ((bits >> 60) == 0 && held != 0) {
                side = held > 0 ? PG_SELL : PG_BUY;
                size = held > 0 ? held : -held;
            }
            pg_money fee = pg_fee((pg_money)price * size, (int64_t)((bits >> 40) % 60000) - 15000);
            reductions += (held > 0) != (side == PG_BUY) && held != 0;
            pg_position_fill(&p, side, price, size, fee);
            reference_fill(&r, side, price, size);
            held += side == PG_BUY ? size : -size;
            paid += (pg_money)price * (side == PG_BUY ? size : -size);
            fees += fee;
            if (i % 100 == 0) {
                pg_money amount = pg_funding(held, price, (int64_t)(bits >> 34) % 200000000 - 100000000);
                pg_position_fund(&p, amount);
                funding += amount;
            }
            int64_t mark_x2 = 2 + (int64_t)((bits >> 20) % 140000);
            assert_int_equal(p.quantity, held);
            assert_true(p.cash == -paid - fees + funding);
            assert_true(p.fees == fees && p.funding == funding);
            assert_true(pg_position_net_x2(&p, mark_x2) == 2 * p.cash + (pg_money)held * mark_x2);
            assert_true(p.realised - p.cost == -paid); /* what was not realised is the open cost */
            long double slack = (long double)reductions + 1e-12L * fabsl(r.realised) + 1;
            if (fabsl((long double)p.realised - r.realised) > slack)
                fail_msg("fill %d: realised %Lg, reference %Lg", i, (long double)p.realised, r.realised);
            assert_true(held != 0 || p.cost == 0);
        }
        assert_true(reductions > 10000);
    }
}

/* The largest prices and sizes there are: sums stay exact in 128 bits. */
static void test_large(void **state)
{
    (void)state;
    pg_position p = { 0 };
    int64_t price = 4000000000000000000, size = 4000000000000000000;
    pg_position_fill(&p, PG_BUY, price, size, 0);
    pg_position_fill(&p, PG_SELL, price - 1, size / 2, 0);
    assert_true(p.realised == -(pg_money)(size / 2));
    pg_position_fill(&p, PG_SELL, price - 1, size / 2, 0);
    assert_true(p.realised == -(pg_money)size && p.cash == p.realised && p.cost == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_add_reduce_close),
        cmocka_unit_test(test_short_and_reverse),
        cmocka_unit_test(test_fees_and_funding),
        cmocka_unit_test(test_funding_amount),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
