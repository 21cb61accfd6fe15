/* Bad input gives a status, and never a NaN in a result marked good: NaN, infinities, constant series, too few points,
 * zero volume, one-sided books, no trades on a side, times that run backwards. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/bayes_kappa.h"
#include "kernels/bipower.h"
#include "kernels/book_kappa.h"
#include "kernels/cascade.h"
#include "kernels/ewma.h"
#include "kernels/garch_fit.h"
#include "kernels/hawkes.h"
#include "kernels/hybrid_vol.h"
#include "kernels/imbalance.h"
#include "kernels/intensity.h"
#include "kernels/jumps.h"
#include "kernels/ladder.h"
#include "kernels/markout.h"
#include "kernels/microprice.h"
#include "kernels/microprice_stoikov.h"
#include "kernels/momentum.h"
#include "kernels/noise.h"
#include "kernels/ols.h"
#include "kernels/performance.h"
#include "kernels/pnl.h"
#include "kernels/queue.h"
#include "kernels/quote_as.h"
#include "kernels/quote_cartea.h"
#include "kernels/quote_glft.h"
#include "kernels/quote_hjb.h"
#include "kernels/quote_rules.h"
#include "kernels/random.h"
#include "kernels/regime.h"
#include "kernels/returns.h"
#include "kernels/risk_gamma.h"
#include "kernels/series.h"
#include "kernels/spread_regime.h"
#include "kernels/stochastic_variance.h"
#include "kernels/trend.h"
#include "kernels/variance.h"
#include "kernels/virtual_quoting.h"
#include "kernels/volume_clock.h"

enum { N = 200 };

static const double poisons[] = { NAN, INFINITY, -INFINITY };

static double *gauss(double *x)
{
    pg_random random;
    pg_random_seed(&random, 31);
    for (int i = 0; i < N; i++)
        x[i] = 1e-4 * pg_random_normal(&random);
    return x;
}

static void poisoned_series_are_refused(void **state)
{
    double x[N], y[N], work[3 * N], dt[N];
    (void)state;
    for (int i = 0; i < N; i++) {
        dt[i] = 1.0;
        y[i] = i;
    }
    for (size_t p = 0; p < 3; p++)
        for (int at = 0; at < N; at += 66) {
            pg_bipower bipower;
            pg_sigma sigma;
            pg_ols ols;
            pg_roll roll;
            pg_jumps jumps;
            pg_sv sv;
            pg_intensity intensity;
            pg_garch_fit garch;
            pg_garch_options o = { .dist = PG_GARCH_STUDENT };
            pg_performance performance;
            double value;
            gauss(x)[at] = poisons[p];
            assert_int_equal(pg_series_first_bad(x, N), at);
            assert_int_equal(pg_bipower_window(&bipower, x, N), PG_K_BAD_INPUT);
            assert_int_equal(pg_sigma_sample(&sigma, x, N, 1.0), PG_K_BAD_INPUT);
            assert_int_equal(pg_sigma_irregular(&value, x, dt, N), PG_K_BAD_INPUT);
            assert_int_equal(pg_sigma_irregular(&value, dt, x, N), PG_K_BAD_INPUT);
            assert_int_equal(pg_sigma_periods(&value, x, N, 4, 1.0), PG_K_BAD_INPUT);
            assert_int_equal(pg_ols_fit(&ols, x, y, NULL, N, PG_CI_STUDENT), PG_K_BAD_INPUT);
            assert_int_equal(pg_ols_fit(&ols, y, x, NULL, N, PG_CI_STUDENT), PG_K_BAD_INPUT);
            assert_int_equal(pg_ols_fit(&ols, y, y, x, N, PG_CI_STUDENT), PG_K_BAD_INPUT);
            assert_int_equal(pg_roll_estimate(&roll, x, N, 20), PG_K_BAD_INPUT);
            assert_int_equal(pg_jumps_estimate(&jumps, x, N, N, 4.0, 5), PG_K_BAD_INPUT);
            assert_int_equal(pg_sv_fit(&sv, x, NULL, N, 60.0, PG_SV_CIR), PG_K_BAD_INPUT);
            assert_int_equal(pg_intensity_mle(&intensity, x, N, 0.0, INFINITY, 10.0), PG_K_BAD_INPUT);
            assert_int_equal(pg_garch_fit_run(&garch, x, N, &o, work), PG_K_BAD_INPUT);
            assert_int_equal(pg_spread_percentile(&value, x, N, 1.0), PG_K_BAD_INPUT);
            assert_int_equal(pg_performance_compute(&performance, x, N, 1.0), PG_K_BAD_INPUT);
            assert_int_equal(pg_returns_log(work, x, N), PG_K_BAD_INPUT);
            assert_true(isnan(bipower.rv) && isnan(sigma.sigma_rel) && isnan(ols.slope) && isnan(garch.loglik));
        }
}

static void constant_and_short_series(void **state)
{
    double zero[N] = { 0 }, five[N], work[N], x[N], value;
    pg_bipower bipower;
    pg_sigma sigma;
    pg_garch_fit garch;
    pg_garch_options o = { .dist = PG_GARCH_STUDENT };
    pg_jumps jumps;
    pg_sv sv;
    pg_ols ols;
    pg_roll roll;
    pg_performance performance;
    (void)state;
    for (int i = 0; i < N; i++)
        five[i] = 5.1;
    assert_int_equal(pg_bipower_window(&bipower, zero, N), PG_K_ZERO_VARIATION);
    assert_true(bipower.rv == 0.0 && isnan(bipower.jump_ratio));
    assert_int_equal(pg_sigma_sample(&sigma, five, N, 1.0), PG_K_ZERO_VARIATION);
    assert_true(sigma.sigma_rel == 0.0);
    assert_int_equal(pg_sigma_irregular(&value, zero, five, N), PG_K_ZERO_VARIATION);
    assert_int_equal(pg_garch_fit_run(&garch, five, N, &o, work), PG_K_ZERO_VARIATION);
    assert_int_equal(pg_garch_fit_run(&garch, zero, N, &o, work), PG_K_ZERO_VARIATION);
    for (int i = 0; i < N; i++) /* stands still in seven of ten steps: the t likelihood has no maximum */
        x[i] = i % 10 < 7 ? 0.0 : (i % 2 ? 1e-4 : -1e-4) * (1 + i % 3);
    assert_int_equal(pg_garch_fit_run(&garch, x, N, &o, work), PG_K_ZERO_VARIATION);
    assert_true(isnan(garch.last_sigma2));
    o.dist = PG_GARCH_NORMAL;
    assert_true(pg_kstatus_usable(pg_garch_fit_run(&garch, x, N, &o, work)));
    o.dist = PG_GARCH_STUDENT;
    assert_int_equal(pg_jumps_estimate(&jumps, zero, N, N, 4.0, 5), PG_K_ZERO_VARIATION);
    assert_int_equal(pg_sv_fit(&sv, five, NULL, N, 60.0, PG_SV_CIR), PG_K_ZERO_VARIATION);
    assert_int_equal(pg_ols_fit(&ols, five, zero, NULL, N, PG_CI_STUDENT), PG_K_DEGENERATE_X);
    assert_int_equal(pg_roll_estimate(&roll, zero, N, 20), PG_K_NONNEGATIVE_AUTOCOV);
    assert_int_equal(pg_performance_compute(&performance, five, N, 1.0), PG_K_OK);
    assert_true(isnan(performance.sharpe) && isnan(performance.calmar) && performance.max_drawdown == 0.0);

    gauss(x);
    assert_int_equal(pg_bipower_window(&bipower, x, 2), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_sigma_sample(&sigma, x, 1, 1.0), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_sigma_sample(&sigma, x, 0, 1.0), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_garch_fit_run(&garch, x, 9, &o, work), PG_K_TOO_FEW_POINTS);
    pg_kstatus status = pg_garch_fit_run(&garch, x, 50, &o, work);
    assert_true(status == PG_K_LOW_QUALITY || status == PG_K_AT_BOUNDARY);
    assert_int_equal(garch.gates, PG_GATE_N);
    assert_int_equal(pg_roll_estimate(&roll, x, 19, 20), PG_K_WARMUP);
    assert_int_equal(pg_sv_fit(&sv, five, NULL, 19, 60.0, PG_SV_CIR), PG_K_WARMUP);
    assert_int_equal(pg_jumps_estimate(&jumps, x, N, N, 4.0, 5), PG_K_TOO_FEW_JUMPS);
    assert_true(isfinite(jumps.lambda_hi) && isnan(jumps.mean));
    assert_int_equal(pg_performance_compute(&performance, five, 2, 1.0), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_performance_compute(&performance, five, 10, 1.0), PG_K_LOW_QUALITY);
}

/* Whatever the numbers, a GARCH fit that calls itself good has finite results. */
static void garch_survives_strange_series(void **state)
{
    double x[N], work[N];
    pg_random random;
    (void)state;
    pg_random_seed(&random, 32);
    for (int k = 0; k < 60; k++) {
        pg_garch_options o = { .dist = k % 2 ? PG_GARCH_STUDENT : PG_GARCH_NORMAL,
                               .init = (pg_garch_init)(k % 5),
                               .init_value = 1.0 };
        pg_garch_fit fit;
        for (int i = 0; i < N; i++) {
            double z = pg_random_normal(&random);
            x[i] = k % 6 == 0   ? (i == 77 ? 1.0 : 0.0)
                   : k % 6 == 1 ? z * pow(10.0, 0.05 * i - 5)
                   : k % 6 == 2 ? (i % 2 ? 1.0 : -1.0)
                   : k % 6 == 3 ? 1e150 * z
                   : k % 6 == 4 ? 1e-150 * z
                                : z * z * z * z * z;
        }
        pg_kstatus status = pg_garch_fit_run(&fit, x, N, &o, work);
        assert_true(status < PG_K_STATUS_COUNT);
        if (status == PG_K_OK || status == PG_K_AT_BOUNDARY)
            assert_true(isfinite(fit.loglik) && isfinite(fit.params.omega) && isfinite(fit.last_sigma2));
        if (status == PG_K_OK)
            assert_true(isfinite(fit.se_hessian[1]) && fit.se_hessian[3] > 0.0);
    }
}

static void no_trades_no_intensity(void **state)
{
    double none[1] = { 0 }, far[] = { 9, 9.1, 9.2, 9.3, 9.5, 9.9 }, same[6] = { 1, 1, 1, 1, 1, 1 };
    double edges[] = { 0, 1, 2, 3 }, empty[] = { 0, 0, 0 }, one[] = { 9, 0, 0 }, rising[] = { 1, 5, 30 };
    double nonsense[] = { 0, 2, 1, 3 }, lo[] = { 1 }, hi[] = { 0.5 }, weight[] = { 10 };
    pg_intensity fit;
    pg_trade_rate rate;
    (void)state;
    assert_int_equal(pg_intensity_mle(&fit, none, 0, 0, INFINITY, 60), PG_K_TOO_FEW_POINTS);
    assert_true(isnan(fit.kappa) && isnan(fit.a));
    assert_int_equal(pg_intensity_mle(&fit, far, 6, 0, 10, 60), PG_K_NONPOSITIVE_SLOPE);
    assert_int_equal(pg_intensity_mle(&fit, same, 6, 1, INFINITY, 60), PG_K_ZERO_VARIATION);
    assert_int_equal(pg_intensity_mle(&fit, same, 6, 1, 2, 60), PG_K_ZERO_VARIATION);
    assert_int_equal(pg_intensity_mle(&fit, far, 6, 0, INFINITY, 0), PG_K_INVALID_PARAMS);
    assert_int_equal(pg_intensity_binned(&fit, edges, empty, 3, 60), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_intensity_binned(&fit, edges, one, 3, 60), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_intensity_binned(&fit, edges, rising, 3, 60), PG_K_NONPOSITIVE_SLOPE);
    assert_int_equal(pg_intensity_binned(&fit, nonsense, rising, 3, 60), PG_K_BAD_INPUT);
    assert_int_equal(pg_intensity_exposed(&fit, far, 6, lo, hi, weight, 1, 1, 10), PG_K_BAD_INPUT);
    assert_int_equal(pg_trade_rate_estimate(&rate, 0, 60), PG_K_OK);
    assert_true(rate.rate == 0.0 && rate.lo == 0.0 && rate.hi > 0.0);
    assert_int_equal(pg_trade_rate_estimate(&rate, 3, 0), PG_K_INVALID_PARAMS);
}

static void books_with_holes(void **state)
{
    double px[] = { 99, 98, 97 }, sz[] = { 1, 2, 3 }, nothing[] = { 0, 0, 0 }, bad[] = { 1, NAN, 1 }, work[18], value;
    pg_book_kappa_options o = { 15, 0.05, 1e-6 };
    pg_book_kappa fit;
    pg_effective_mid mid;
    pg_mid state_mid = { .max_stale_s = 5.0 };
    (void)state;
    assert_int_equal(pg_imbalance_book(&value, nothing, 3, nothing, 3, 5), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_imbalance_book(&value, bad, 3, sz, 3, 5), PG_K_BAD_INPUT);
    assert_int_equal(pg_imbalance_book(&value, sz, 3, nothing, 0, 5), PG_K_OK);
    assert_true(value == 1.0);
    assert_int_equal(pg_weighted_mid(&value, 99, 1, 0, 0), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_book_kappa_fit(&fit, px, sz, 3, px, sz, 0, 100, &o, work), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_book_kappa_fit(&fit, px, bad, 3, px, sz, 3, 100, &o, work), PG_K_BAD_INPUT);
    assert_int_equal(pg_effective_mid_compute(&mid, px, sz, 3, px, sz, 0, 100), PG_K_TOO_FEW_POINTS);
    assert_int_equal(pg_effective_mid_compute(&mid, px, sz, 3, px, sz, 3, 1e6), PG_K_TOO_FEW_POINTS);
    assert_true(isnan(mid.mid));
    assert_int_equal(pg_mid_update(&value, &state_mid, NAN, 101, 0), PG_K_WARMUP);
    assert_int_equal(pg_mid_update(&value, &state_mid, 99, 101, 1000), PG_K_OK);
    assert_int_equal(pg_mid_update(&value, &state_mid, 99, 0, 5000), PG_K_OK);
    assert_true(value == 100.0);
    assert_int_equal(pg_mid_update(&value, &state_mid, 102, 101, 6001), PG_K_STALE);
    assert_true(isnan(value));
}

static void streams_refuse_and_keep_going(void **state)
{
    double a[64], b[64], value, s;
    int64_t ms[64], n;
    uint8_t bins[64];
    pg_microprice_entry entries[64];
    pg_markout_fill fills[4];
    pg_rolling rolling = { .window_s = 10, .time_s = a, .r = b, .capacity = 64 };
    pg_volume_clock clock = { .threshold = 1,
                              .fraction = 0.1,
                              .min_bucket = 1,
                              .window_ms = 1000,
                              .ring_ms = ms,
                              .ring_size = a,
                              .capacity = 64 };
    pg_volume_bucket bucket;
    bool closed;
    (void)state;
    assert_int_equal(pg_rolling_update(&rolling, 0, 1), PG_K_OK);
    assert_int_equal(pg_rolling_update(&rolling, 1, NAN), PG_K_BAD_INPUT);
    assert_int_equal(pg_rolling_update(&rolling, -1, 1), PG_K_BAD_INPUT);
    assert_int_equal(pg_rolling_read(&s, &n, &rolling), PG_K_TOO_FEW_POINTS);
    pg_rolling_update(&rolling, 2, 3);
    assert_int_equal(pg_rolling_read(&s, &n, &rolling), PG_K_OK);
    assert_true(fabs(s - sqrt(2.0)) < 1e-14 && n == 2);
    assert_int_equal(pg_volume_clock_trade(&bucket, &closed, &clock, 0, 100, 0), PG_K_BAD_INPUT);
    assert_int_equal(pg_volume_clock_trade(&bucket, &closed, &clock, 0, NAN, 1), PG_K_BAD_INPUT);
    assert_int_equal(pg_volume_clock_trade(&bucket, &closed, &clock, 0, 100, 2), PG_K_OK);
    assert_true(closed && bucket.volume == 2.0);

    pg_flow_imbalance flow = {
        .window_s = 1, .half_life_s = 1, .alpha = 0.1, .ring_s = a, .ring_signed = b, .capacity = 64
    };
    assert_int_equal(pg_flow_imbalance_read(&value, &flow, 0), PG_K_WARMUP);
    assert_int_equal(pg_flow_imbalance_trade(&flow, 0, 1, 0), PG_K_BAD_INPUT);
    assert_int_equal(pg_flow_imbalance_trade(&flow, 0, 2, 1), PG_K_BAD_INPUT);
    assert_int_equal(pg_flow_imbalance_trade(&flow, 0, 1, 1), PG_K_OK);
    pg_flow_imbalance_read(&value, &flow, 2.0);
    assert_true(fabs(value - 0.5) < 1e-15); /* a second beyond the window: half */

    pg_microprice micro = { .ring = entries, .capacity = 64 };
    pg_microprice_estimate estimate;
    pg_microprice_defaults(&micro.options);
    assert_int_equal(pg_microprice_read(&estimate, &micro), PG_K_WARMUP);
    assert_int_equal(pg_microprice_update(&micro, 0, -1, 0, 0), PG_K_BAD_INPUT);
    for (int i = 0; i < 200; i++) /* constant imbalances; the ring overflows and says so */
        assert_int_equal(pg_microprice_update(&micro, 100 * i, 100, 0.5, 0.25), PG_K_OK);
    assert_int_equal(pg_microprice_read(&estimate, &micro), PG_K_DEGENERATE_X);
    assert_true(estimate.microprice == 100.0 && micro.n_overwritten > 0);

    pg_spread_regime spread = { .window_s = 300, .ring_s = a, .ring_bin = bins, .capacity = 64 };
    assert_int_equal(pg_spread_regime_update(&spread, 0, -1), PG_K_BAD_INPUT);
    assert_int_equal(pg_spread_regime_read(&value, &spread, 1e-4), PG_K_WARMUP);
    for (int i = 0; i < 40; i++)
        pg_spread_regime_update(&spread, i, 1e-4 * (1 + i));
    assert_int_equal(pg_spread_regime_read(&value, &spread, 20.5e-4), PG_K_OK);
    assert_true(fabs(value - 0.5) < 0.05);

    pg_markout markout = { .horizon_s = 1, .timeout_s = 1, .alpha = 0.1, .min_n = 1, .ring = fills, .capacity = 4 };
    pg_markout_estimate as;
    assert_int_equal(pg_markout_read(&as, &markout, 1), PG_K_WARMUP);
    assert_int_equal(pg_markout_fill_add(&markout, 0, 1, NAN), PG_K_BAD_INPUT);
    pg_markout_mid(&markout, 0, 100);
    pg_markout_fill_add(&markout, 0, 1, 100);
    pg_markout_mid(&markout, 0.5, 99);
    pg_markout_mid(&markout, 1.5, 90); /* after the horizon: the mid at 0.5 counts */
    assert_int_equal(pg_markout_read(&as, &markout, 1), PG_K_OK);
    assert_true(fabs(as.ewma - 0.01) < 1e-15 && as.adjustment == as.ewma);
    pg_markout_fill_add(&markout, 2, 1, 90);
    pg_markout_mid(&markout, 10, 80); /* too late: dropped */
    assert_true(markout.n_dropped == 1 && markout.buys.n == 1);
}

static void other_states_refuse(void **state)
{
    pg_regime regime = { 0 };
    pg_regime_state now;
    pg_ewma ewma = { 0 };
    pg_local_level level = { 0 };
    pg_local_level_step step;
    pg_supertrend trend = { .period = 2, .multiplier = 3 };
    pg_momentum_scores scores;
    double ring[4], when[4], value;
    pg_momentum momentum = { .window_ms = 500, .ring_ms = when, .ring_r = ring, .capacity = 4 };
    pg_bayes_kappa bayes;
    pg_bayes_kappa_estimate estimate;
    pg_queue queue;
    pg_cascade cascade = { 0 };
    pg_cascade_state severity;
    pg_hawkes_fit fit;
    double times[] = { 3, 2, 1 };
    pg_depth_decay decay;
    double depth[] = { 1, 3 }, mean[] = { -1, 2 }, count[] = { 50, 50 };
    (void)state;
    assert_int_equal(pg_regime_update(&now, &regime, 1e-4, 0, 1), PG_K_WARMUP);
    assert_int_equal(pg_regime_update(&now, &regime, NAN, 1, 1), PG_K_BAD_INPUT);
    assert_int_equal(pg_ewma_update(&ewma, NAN, 0.1), PG_K_BAD_INPUT);
    assert_int_equal(pg_ewma_update(&ewma, 1, 0), PG_K_INVALID_PARAMS);
    assert_int_equal(pg_ewma_read(&value, &ewma), PG_K_WARMUP);
    assert_int_equal(pg_local_level_update(&step, &level, 1, 1, 0, 1), PG_K_INVALID_PARAMS);
    assert_int_equal(pg_supertrend_update(&trend, 1, 2, 1), PG_K_BAD_INPUT);
    assert_int_equal(pg_momentum_update(&momentum, 0, INFINITY), PG_K_BAD_INPUT);
    assert_int_equal(pg_momentum_read(&scores, &momentum, 0, 20), PG_K_OK);
    assert_true(scores.momentum_bps == 0.0);
    assert_int_equal(pg_bayes_kappa_init(&bayes, 0, 10), PG_K_INVALID_PARAMS);
    pg_bayes_kappa_init(&bayes, 500, 10);
    assert_int_equal(pg_bayes_kappa_trade(&bayes, -1), PG_K_BAD_INPUT);
    assert_int_equal(pg_bayes_kappa_read(&estimate, &bayes), PG_K_OK);
    assert_true(fabs(estimate.kappa - 500) < 1e-9 && estimate.lo > 0);
    assert_int_equal(pg_queue_init(&queue, PG_QUEUE_POWER3, 0, 1), PG_K_INVALID_PARAMS);
    assert_int_equal(pg_queue_init(&queue, PG_QUEUE_POWER3, 3, -1), PG_K_INVALID_PARAMS);
    pg_queue_init(&queue, PG_QUEUE_POWER3, 3, 0);
    assert_int_equal(pg_queue_trade(&queue, NAN), PG_K_BAD_INPUT);
    assert_int_equal(pg_queue_depth(&queue, 0, 0), PG_K_OK);
    assert_true(isfinite(queue.front));
    assert_int_equal(pg_cascade_read(&severity, &cascade, 0), PG_K_INVALID_PARAMS);
    pg_cascade_defaults(&cascade.options);
    assert_int_equal(pg_cascade_read(&severity, &cascade, 1), PG_K_WARMUP);
    assert_int_equal(pg_hawkes_estimate(&fit, times, 3, 10), PG_K_BAD_INPUT);
    times[0] = 0.5;
    times[2] = 3;
    assert_int_equal(pg_hawkes_estimate(&fit, times, 3, 10), PG_K_TOO_FEW_POINTS);
    double ties[100];
    for (int i = 0; i < 100; i++)
        ties[i] = 1 + i / 2;
    assert_int_equal(pg_hawkes_estimate(&fit, ties, 100, 60), PG_K_BAD_INPUT);
    assert_true(isnan(fit.params.beta));
    assert_int_equal(pg_hawkes_distinct(ties, 100), 50);
    assert_true(ties[0] == 1 && ties[49] == 50);
    assert_true(pg_kstatus_usable(pg_hawkes_estimate(&fit, ties, 50, 60)));
    assert_int_equal(pg_depth_decay_fit(&decay, depth, mean, count, 2, 1), PG_K_TOO_FEW_POINTS);
    mean[0] = 1;
    assert_int_equal(pg_depth_decay_fit(&decay, depth, mean, count, 2, 1), PG_K_NONPOSITIVE_SLOPE);
}

/* Each number of each quoting input poisoned in turn. */
static void quotes_refuse_poison(void **state)
{
    (void)state;
    for (size_t p = 0; p < 3; p++) {
        for (size_t k = 0; k < sizeof(pg_as_input) / sizeof(double); k++) {
            pg_as_input in = { 100, 1, 0.01, 0.1, 2, 2, 60, 1 };
            pg_as_quote out;
            ((double *)&in)[k] = poisons[p];
            assert_int_equal(pg_as_quote_compute(&out, &in), PG_K_BAD_INPUT);
            assert_true(isnan(out.bid) && isnan(out.ask));
        }
        for (size_t k = 0; k < sizeof(pg_glft_input) / sizeof(double); k++) {
            pg_glft_input in = { 100, 1, 0.01, 0.1, 1, 1, 2, 2, 1, 0.1, 0, 1, 1 };
            pg_glft_quote out;
            ((double *)&in)[k] = poisons[p];
            assert_int_equal(pg_glft_quote_compute(&out, &in), PG_K_BAD_INPUT);
            assert_true(isnan(out.bid));
        }
        pg_quote_rules rules = { 0.1, 99, 101, true, 0 };
        pg_final_quote final;
        assert_int_equal(pg_quote_finish(&final, poisons[p], 101, &rules), PG_K_BAD_INPUT);
        assert_int_equal(pg_quote_finish(&final, 99, poisons[p], &rules), PG_K_BAD_INPUT);
    }
    pg_glft_input none = { 100, 1, 0.01, 0.1, 0, 1, 2, 2, 1, 0.1, 0, 1, 1 };
    pg_glft_quote out;
    assert_int_equal(pg_glft_quote_compute(&out, &none), PG_K_INVALID_PARAMS); /* no A: no quote */
    pg_quote_rules rules = { 0.1, 0, NAN, true, 0 };
    pg_final_quote final;
    assert_int_equal(pg_quote_finish(&final, 99.97, 100.01, &rules), PG_K_OK); /* an empty book has no touch */
    assert_int_equal(pg_quote_finish(&final, -0.05, 100, &rules), PG_K_NONPOSITIVE_BID);
    rules.tick = 0;
    assert_int_equal(pg_quote_finish(&final, 99, 100, &rules), PG_K_INVALID_PARAMS);
}

static void virtual_quoting_refuses(void **state)
{
    double time_s[] = { 1, 2 }, price[] = { 101, 99 }, size[] = { 1, 1 }, start[] = { 0 }, mid[] = { 100 };
    double work[9], grid[4];
    int8_t side[] = { 1, -1 };
    pg_virtual_trades trades = { time_s, price, size, side, 2 };
    pg_virtual_level levels[] = { { .distance = 0.5 }, { .distance = 2 }, { .distance = 3 } };
    pg_virtual_options o = { 10, 0, 0, 0 };
    pg_virtual_fit fit;
    (void)state;
    assert_int_equal(pg_virtual_run(levels, 3, &trades, 1, start, mid, 1, NULL, &o, work), PG_K_OK);
    assert_true(levels[0].fills == 1 && levels[0].exposure_s == 1.0 && levels[1].censored == 1);
    assert_int_equal(pg_virtual_estimate(&fit, levels, 3, PG_RATE_CENSORED, true, 1, 10, work), PG_K_TOO_FEW_POINTS);
    assert_int_equal(fit.levels_excluded, 2);
    assert_int_equal(pg_virtual_run(levels, 3, &trades, 0, start, mid, 1, NULL, &o, work), PG_K_INVALID_PARAMS);
    time_s[1] = 0.5;
    assert_int_equal(pg_virtual_run(levels, 3, &trades, 1, start, mid, 1, NULL, &o, work), PG_K_BAD_INPUT);
    assert_int_equal(pg_virtual_grid(grid, 4, 100, 1, 2, 0.01, false), PG_K_BAD_INPUT); /* lo >= hi */
    assert_int_equal(pg_virtual_grid(grid, 4, 100, 0.01, 2, 0.015, true), PG_K_OK);
    assert_true(fabs(grid[0] - 0.02) < 1e-12 && fabs(grid[3] - 1.5) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poisoned_series_are_refused),
        cmocka_unit_test(constant_and_short_series),
        cmocka_unit_test(garch_survives_strange_series),
        cmocka_unit_test(no_trades_no_intensity),
        cmocka_unit_test(books_with_holes),
        cmocka_unit_test(streams_refuse_and_keep_going),
        cmocka_unit_test(other_states_refuse),
        cmocka_unit_test(quotes_refuse_poison),
        cmocka_unit_test(virtual_quoting_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
