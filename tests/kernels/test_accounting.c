/* Accounting identities, equity statistics, sampling, the order queue and the hysteresis of regimes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernels/cascade.h"
#include "kernels/performance.h"
#include "kernels/pnl.h"
#include "kernels/queue.h"
#include "kernels/random.h"
#include "kernels/regime.h"
#include "kernels/returns.h"
#include "kernels/series.h"
#include "kernels/variance.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static void pnl_identities_hold(void **state)
{
    pg_random random;
    (void)state;
    pg_random_seed(&random, 41);
    for (int k = 0; k < 50; k++) {
        pg_pnl pnl = { 0 };
        double mid = 100.0, scale = 0.0;
        for (int i = 0; i < 400; i++) {
            mid *= exp(1e-3 * pg_random_normal(&random));
            assert_int_equal(pg_pnl_mid(&pnl, mid), PG_K_OK);
            if (pg_random_uniform(&random) < 0.3) {
                int side = pg_random_uniform(&random) < 0.5 ? 1 : -1;
                double size = 0.1 * (1 + (int)(10 * pg_random_uniform(&random)));
                double price = mid - side * 0.05 * pg_random_uniform(&random);
                assert_int_equal(pg_pnl_fill(&pnl, side, price, size, 1e-4 * price * size, mid), PG_K_OK);
                scale += price * size;
            }
            if (i % 50 == 0)
                pg_pnl_funding(&pnl, 1e-3 * pg_random_normal(&random));
            assert_near(pg_pnl_gap(&pnl, mid), 0.0, 1e-9 * (1 + scale));
            double total = pnl.realised + pg_pnl_unrealised(&pnl, mid);
            assert_near(total, pnl.spread_capture + pnl.inventory, 1e-9 * (1 + scale));
        }
    }
}

static void position_opens_closes_and_turns(void **state)
{
    pg_pnl p = { 0 };
    (void)state;
    pg_pnl_fill(&p, 1, 100, 2, 0, 100);
    pg_pnl_fill(&p, 1, 103, 1, 0, 103);
    assert_near(p.cost, 101, 1e-12);
    pg_pnl_fill(&p, -1, 104, 1, 0, 104);
    assert_near(p.realised, 3, 1e-12);
    assert_near(p.cost, 101, 1e-12);
    pg_pnl_fill(&p, -1, 105, 5, -0.1, 105); /* turns short; a rebate */
    assert_near(p.realised, 11, 1e-12);
    assert_near(p.position, -3, 1e-12);
    assert_near(p.cost, 105, 1e-12);
    pg_pnl_fill(&p, 1, 104, 3, 0, 104);
    assert_true(p.position == 0.0 && p.cost == 0.0);
    assert_near(pg_pnl_net(&p, 104), 14.1, 1e-12);
    assert_int_equal(pg_pnl_fill(&p, 1, 104, 0, 0, 104), PG_K_BAD_INPUT);
    assert_int_equal(pg_pnl_fill(&p, 0, 104, 1, 0, 104), PG_K_BAD_INPUT);
    assert_int_equal(pg_pnl_fill(&p, 1, NAN, 1, 0, 104), PG_K_BAD_INPUT);
    assert_near(pg_pnl_net(&p, 104), 14.1, 1e-12);
}

static void performance_by_hand(void **state)
{
    double equity[] = { 100, 110, 99, 108.9 };
    pg_performance p;
    pg_killswitch kill = { 0 };
    (void)state;
    assert_int_equal(pg_performance_compute(&p, equity, 4, 31536000.0), PG_K_LOW_QUALITY);
    assert_near(p.total_return, 0.089, 1e-12);
    assert_near(p.max_drawdown, 0.1, 1e-12);
    assert_near(p.sharpe, (0.1 / 3) / sqrt(0.04 / 3), 1e-12); /* returns .1, -.1, .1 */
    assert_near(p.sortino, (0.1 / 3) / sqrt(0.01 / 3), 1e-12);
    assert_near(p.calmar, 0.089 / 3 / 0.1, 1e-12);
    pg_killswitch_update(&kill, -10, 1000); /* the peak starts at 0 */
    assert_near(kill.drawdown, 0.01, 1e-15);
    pg_killswitch_update(&kill, 40, 1000);
    pg_killswitch_update(&kill, 15, 1000);
    assert_near(kill.drawdown, 0.025, 1e-15);
    assert_near(kill.worst, 0.025, 1e-15);
    assert_int_equal(pg_killswitch_update(&kill, 15, 0), PG_K_INVALID_PARAMS);
}

static void adverse_selection_by_hand(void **state)
{
    int64_t marks_ms[] = { 0, 900, 1000, 1001 }, fills_ms[] = { 0, 1, 2 };
    double mark[] = { 100, 101, 102, 90 }, mid[] = { 100, 100, 100 }, size[] = { 2, 1, 1 };
    int8_t side[] = { 1, -1, 1 };
    pg_adverse out;
    (void)state;
    assert_int_equal(pg_adverse_compute(&out, fills_ms, side, mid, size, 3, marks_ms, mark, 4, 1000), PG_K_OK);
    assert_near(out.cost, -2.0 * 2.0 - 10.0, 1e-12); /* mid 102 at 1000 for a buy of 2; 90 at 1001 for a sale */
    assert_true(out.resolved == 2 && out.unresolved == 1);
}

static void queue_takes_what_trades_leave(void **state)
{
    pg_queue q;
    (void)state;
    pg_queue_init(&q, PG_QUEUE_RISK_ADVERSE, 0, 1.0);
    pg_queue_trade(&q, 1.0);
    assert_near(pg_queue_fillable(&q, 0.1), 0.0, 0);
    pg_queue_trade(&q, 0.35);
    assert_near(pg_queue_fillable(&q, 0.1), 0.3, 1e-12);
    assert_near(pg_queue_take(&q, 0.2, 0.1), 0.2, 1e-12);
    assert_true(q.front == 0.0);
    assert_near(pg_queue_take(&q, 0.2, 0.1), 0.0, 0);
    pg_queue_init(&q, PG_QUEUE_POWER1, 1.0, 5.0); /* half of a cancellation is ahead with as much behind */
    pg_queue_depth(&q, 10.0, 8.0);
    assert_near(q.front, 4.0, 1e-12);
    assert_near(pg_queue_decay(10, 2, 0.2, false), 6.4, 1e-12);
    assert_near(pg_queue_decay(10, 2, 0.2, true), 10 * exp(-0.4), 1e-12);
    for (int model = 0; model <= PG_QUEUE_LOG2; model++) { /* whatever happens, 0 <= front <= displayed on changes */
        pg_random random;
        double size = 10.0;
        pg_random_seed(&random, 42);
        pg_queue_init(&q, (pg_queue_model)model, 3.0, size);
        for (int i = 0; i < 2000; i++) {
            double next = fmax(0.0, size + 2.0 * pg_random_normal(&random));
            assert_int_equal(pg_queue_depth(&q, size, next), PG_K_OK);
            size = next;
            assert_true(isfinite(q.front) && q.front <= size + 1e-12);
        }
    }
}

static void regimes_wait_before_they_change(void **state)
{
    pg_regime regime = { 0 };
    pg_regime_state now;
    (void)state;
    pg_regime_update(&now, &regime, 5, 1, 1);
    assert_int_equal(now.code, PG_REGIME_NORMAL);
    pg_regime_update(&now, &regime, 5, 1, 4);
    assert_int_equal(now.code, PG_REGIME_EXTREME);
    assert_true(now.toxic && now.spread_multiplier == 2.5 && now.gamma_multiplier == 3.0);
    for (int i = 0; i < 7; i++) {
        pg_regime_update(&now, &regime, 1, 1, 1);
        assert_int_equal(now.code, PG_REGIME_EXTREME);
        assert_false(now.toxic);
    }
    pg_regime_update(&now, &regime, 1, 1, 1);
    assert_int_equal(now.code, PG_REGIME_NORMAL);
    for (int i = 0; i < 8; i++)
        pg_regime_update(&now, &regime, 0.1, 1, 1);
    assert_int_equal(now.code, PG_REGIME_LOW);
}

static void cascade_pulls_and_resumes(void **state)
{
    pg_cascade c = { 0 };
    pg_cascade_state s;
    (void)state;
    pg_cascade_defaults(&c.options);
    pg_cascade_event(&c, 100, 10000, true); /* ratio 1 + .05/.01 = 6 */
    assert_int_equal(pg_cascade_read(&s, &c, 100), PG_K_OK);
    assert_near(s.ratio, 6, 1e-12);
    assert_true(s.pull && s.active && s.direction == PG_CASCADE_LONG && s.size_factor == 0.0);
    pg_cascade_read(&s, &c, 110); /* excitation halved: ratio 3.5, severity .625: still above the resume level */
    assert_near(s.severity, 0.625, 1e-12);
    assert_true(s.pull);
    pg_cascade_read(&s, &c, 120);
    assert_false(s.pull);
    pg_cascade_event(&c, 120, 1000, false);
    pg_cascade_read(&s, &c, 120);
    assert_false(s.pull); /* below the pull level it stays resumed */
}

static void resampling_drops_gaps(void **state)
{
    int64_t t[] = { 0, 1000, 2500, 3000, 4000, 60000, 61000, 62000, 63000 };
    double price[] = { 100, 101, 102, 103, 104, 110, 111, 112, 113 }, r[70];
    size_t n, missing;
    (void)state;
    assert_int_equal(pg_returns_grid(t, 9, 1.0), 63);
    assert_int_equal(pg_returns_resample(r, &n, &missing, price, t, 9, 1.0, 0), PG_K_OK);
    assert_near(r[0], log(101.0 / 100), 1e-15);
    assert_near(r[1], 0.0, 0); /* nothing new by 2 s */
    assert_near(r[2], log(103.0 / 101), 1e-15);
    /* From 4 s on the last price stands; it is fresh up to 14 s, and again from 60 s. */
    assert_int_equal(n, 14 + 3);
    assert_int_equal(missing, 63 - 17);
    assert_near(r[16], log(113.0 / 112), 1e-15);
    t[1] = -5;
    assert_int_equal(pg_returns_resample(r, &n, &missing, price, t, 9, 1.0, 0), PG_K_BAD_INPUT);
    assert_near(pg_vwap_bv_factor(), 1.4543, 1e-4);
}

/* Removing is the reverse of adding: a long rolling window equals the batch figure. */
static void rolling_equals_batch(void **state)
{
    enum { STEPS = 150000, KEEP = 600 };
    static double x[STEPS];
    double ring_t[1024], ring_x[1024], sigma;
    int64_t n;
    pg_rolling rolling = { .window_s = KEEP, .time_s = ring_t, .r = ring_x, .capacity = 1024 };
    pg_random random;
    (void)state;
    pg_random_seed(&random, 43);
    for (int i = 0; i < STEPS; i++) {
        x[i] = 100.0 + pg_random_normal(&random);
        assert_int_equal(pg_rolling_update(&rolling, i, x[i]), PG_K_OK);
    }
    assert_int_equal(pg_rolling_read(&sigma, &n, &rolling), PG_K_OK);
    assert_int_equal(n, KEEP);
    assert_near(sigma, sqrt(pg_series_variance(x + STEPS - KEEP, KEEP)), 1e-9);
    assert_near(pg_series_quantile((double[]){ 1, 2, 4 }, 3, 0.75), 3.0, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pnl_identities_hold),           cmocka_unit_test(position_opens_closes_and_turns),
        cmocka_unit_test(performance_by_hand),           cmocka_unit_test(adverse_selection_by_hand),
        cmocka_unit_test(queue_takes_what_trades_leave), cmocka_unit_test(regimes_wait_before_they_change),
        cmocka_unit_test(cascade_pulls_and_resumes),     cmocka_unit_test(resampling_drops_gaps),
        cmocka_unit_test(rolling_equals_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
