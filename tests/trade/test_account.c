/* The account: where the profit came from adds up to the unit, drawdowns by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "support/market.h"
#include "trade/account.h"

static const int64_t second = 1000000000;

/* Mid 100: buy 10 at 99 (spread +10), mid to 101 (inventory +20), sell 4 at 102 (spread +4), mid to 98.5 (6 x -2.5). */
static void test_attribution(void **state)
{
    (void)state;
    pg_account a;
    pg_account_init(&a, 1000);
    pg_account_mark(&a, 200, 1 * second);
    pg_account_fill(&a, PG_BUY, 99, 10, 2, true, 2 * second);
    assert_int_equal((int64_t)a.spread_x2, 20);
    assert_int_equal((int64_t)a.net_x2, 16); /* 10 - 2, doubled */
    pg_account_mark(&a, 202, 3 * second);
    assert_int_equal((int64_t)a.inventory_x2, 20);
    pg_account_fill(&a, PG_SELL, 102, 4, -1, false, 5 * second);
    assert_int_equal((int64_t)a.spread_x2, 28);
    pg_account_mark(&a, 197, 6 * second);
    assert_int_equal((int64_t)a.inventory_x2, 20 - 30);
    /* realised 4 x (102 - 99) = 12, unrealised 6 x (98.5 - 99) = -3, fees 1: net 8. */
    assert_int_equal((int64_t)a.position.realised, 12);
    assert_int_equal((int64_t)a.net_x2, 16);
    pg_account_fund(&a, 100, 10000000000); /* 1 %: 6 x 100 x 0.01 paid */
    assert_int_equal((int64_t)a.position.funding, -6);
    assert_int_equal((int64_t)a.net_x2, 4);
    assert_int_equal(a.fills, 2);
    assert_int_equal(a.maker_fills, 1);
    assert_int_equal(a.bought, 10);
    assert_int_equal(a.sold, 4);
    assert_int_equal(a.max_quantity, 10);
    /* |q|: 0 for 1 s, 10 for 3 s, 6 for 1 s. */
    assert_true(fabs(a.seconds - 5) < 1e-12);
    assert_true(fabs(a.quantity_seconds - 36) < 1e-9);
}

/* Net 0, +30, +10, +50, -20, +60: the largest fall is 70, from a peak equity of 1050. */
static void test_drawdown(void **state)
{
    (void)state;
    pg_account a;
    pg_account_init(&a, 1000);
    pg_account_mark(&a, 200, second);
    pg_account_fill(&a, PG_BUY, 100, 1, 0, true, second);
    static const int64_t net[] = { 30, 10, 50, -20, 60 };
    static const int64_t fall[] = { 0, 20, 20, 70, 70 };
    for (int i = 0; i < 5; i++) {
        pg_account_mark(&a, 200 + 2 * net[i], (i + 2) * second);
        assert_int_equal((int64_t)a.net_x2, 2 * net[i]);
        assert_int_equal((int64_t)a.drawdown_x2, 2 * fall[i]);
    }
    assert_true(fabs(a.drawdown_equity - 70.0 / 1050) < 1e-15);
    assert_int_equal((int64_t)a.peak_x2, 120);
}

/* A loss from the start counts from the starting capital: the peak profit is never below 0. */
static void test_loss_from_start(void **state)
{
    (void)state;
    pg_account a;
    pg_account_init(&a, 500);
    pg_account_mark(&a, 200, second);
    pg_account_fill(&a, PG_SELL, 100, 5, 10, false, second); /* the fee alone */
    assert_int_equal((int64_t)a.drawdown_x2, 20);
    pg_account_mark(&a, 220, 2 * second); /* 5 x 10 lost */
    assert_int_equal((int64_t)a.drawdown_x2, 120);
    assert_true(fabs(a.drawdown_equity - 60.0 / 500) < 1e-15);
}

static void test_random(void **state)
{
    (void)state;
    uint64_t random = 99;
    pg_account a;
    pg_account_init(&a, 1000000);
    int64_t mid_x2 = 60000, now = second;
    pg_money spread_x2 = 0, inventory_x2 = 0, peak_x2 = 0, drawdown_x2 = 0;
    pg_account_mark(&a, mid_x2, now);
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = market_random(&random);
        now += (int64_t)(bits % 1000);
        int side = (bits >> 10) & 1 ? PG_BUY : PG_SELL;
        int64_t price = mid_x2 / 2 + (int64_t)((bits >> 12) % 21) - 10, size = 1 + (int64_t)((bits >> 20) % 1000);
        switch ((bits >> 40) % 4) {
        case 0:
            spread_x2 += (pg_money)(side == PG_BUY ? mid_x2 - 2 * price : 2 * price - mid_x2) * size;
            pg_account_fill(&a, side, price, size, pg_fee((pg_money)price * size, 15000), i & 1, now);
            break;
        case 1: pg_account_fund(&a, price, (int64_t)(bits >> 44) - 500000); break;
        default: {
            int64_t to = mid_x2 + (int64_t)((bits >> 44) % 9) - 4;
            inventory_x2 += (pg_money)a.position.quantity * (to - mid_x2);
            mid_x2 = to;
            pg_account_mark(&a, mid_x2, now);
        }
        }
        assert_true(a.spread_x2 == spread_x2 && a.inventory_x2 == inventory_x2);
        pg_money gross_x2 = 2 * a.position.realised + pg_position_unrealised_x2(&a.position, mid_x2);
        assert_true(gross_x2 == spread_x2 + inventory_x2);
        pg_money net_x2 = gross_x2 - 2 * a.position.fees + 2 * a.position.funding;
        assert_true(a.net_x2 == net_x2);
        peak_x2 = net_x2 > peak_x2 ? net_x2 : peak_x2;
        drawdown_x2 = peak_x2 - net_x2 > drawdown_x2 ? peak_x2 - net_x2 : drawdown_x2;
        assert_true(a.peak_x2 == peak_x2 && a.drawdown_x2 == drawdown_x2);
    }
    assert_true(a.fills > 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attribution),
        cmocka_unit_test(test_drawdown),
        cmocka_unit_test(test_loss_from_start),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
