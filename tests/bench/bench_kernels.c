/* Speed of the numerical kernels: lines of `name value unit`, latencies as p50 and p99 over repetitions.
 *
 *     .build/release/tests/bench_kernels
 *
 * Data are simulated with fixed seeds, so runs compare. A reference loop (ref_log) is timed in the same run: figures
 * are best read as ratios to it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/bipower.h"
#include "kernels/cascade.h"
#include "kernels/ewma.h"
#include "kernels/garch_fit.h"
#include "kernels/hawkes.h"
#include "kernels/imbalance.h"
#include "kernels/intensity.h"
#include "kernels/microprice.h"
#include "kernels/momentum.h"
#include "kernels/noise.h"
#include "kernels/pnl.h"
#include "kernels/queue.h"
#include "kernels/quote_as.h"
#include "kernels/quote_glft.h"
#include "kernels/quote_rules.h"
#include "kernels/random.h"
#include "kernels/spread_regime.h"
#include "kernels/trend.h"
#include "kernels/variance.h"
#include "kernels/volume_clock.h"

enum { MAX_SAMPLES = 1000, BATCH = 2000, RING = 8192 };

static volatile double sink;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *name, double *sample, int n, double scale, const char *unit)
{
    qsort(sample, (size_t)n, sizeof *sample, ascending);
    printf("%s_p50 %.4g %s\n", name, sample[n / 2] * scale, unit);
    printf("%s_p99 %.4g %s\n", name, sample[(n * 99) / 100] * scale, unit);
}

/* Returns of a GARCH(1,1) with t(6) errors, daily size. */
static double *simulate(size_t n, uint64_t seed)
{
    double *r = malloc(n * sizeof *r), sigma2 = 1e-4, e = 0.0;
    pg_random random;

    if (!r)
        exit(1);
    pg_random_seed(&random, seed);
    for (size_t t = 0; t < n; t++) {
        sigma2 = 2e-6 + 0.08 * e * e + 0.90 * sigma2;
        e = sqrt(sigma2) * pg_random_student(&random, 6.0);
        r[t] = 1e-4 + e;
    }
    return r;
}

static void bench_likelihood(pg_garch_dist dist, const char *name)
{
    size_t n = 10000;
    double *r = simulate(n, 1), sample[200];
    pg_garch_params p = { 1e-4, 2e-6, 0.08, 0.90, 6.0 };
    pg_garch_series s;
    pg_garch_likelihood l;

    pg_garch_prepare(&s, r, n, dist, PG_GARCH_BACKCAST, 0.0);
    for (int i = 0; i < 200; i++) {
        double t = now_s();
        pg_garch_loglik(&l, &s, &p);
        sample[i] = now_s() - t;
        sink = l.loglik;
    }
    report(name, sample, 200, 1e3, "ms");
    free(r);
}

static void bench_fit(const char *name, size_t n, pg_garch_dist dist, int32_t restarts, int runs)
{
    double *work = malloc(n * sizeof *work), sample[100], evaluations = 0.0;

    if (!work)
        exit(1);
    for (int i = 0; i < runs; i++) {
        double *r = simulate(n, 100 + (uint64_t)i);
        pg_garch_options o = { .dist = dist, .restarts = restarts, .seed = 7 };
        pg_garch_fit fit;
        double t = now_s();
        pg_garch_fit_run(&fit, r, n, &o, work);
        sample[i] = now_s() - t;
        evaluations += (double)fit.evaluations / runs;
        sink = fit.loglik;
        free(r);
    }
    report(name, sample, runs, 1e3, "ms");
    printf("%s_evaluations %.1f count\n", name, evaluations);
    free(work);
}

static void bench_hawkes(void)
{
    pg_hawkes truth = { 0.5, 0.6, 1.2 };
    double t[5000], sample[20];
    size_t n;
    pg_random random;
    pg_hawkes_fit fit;

    pg_random_seed(&random, 3);
    pg_hawkes_simulate(t, &n, 5000, &truth, 2000.0, &random);
    for (int i = 0; i < 20; i++) {
        double start = now_s();
        pg_hawkes_estimate(&fit, t, n, 2000.0);
        sample[i] = now_s() - start;
    }
    report("hawkes_fit_2000_events", sample, 20, 1e3, "ms");
}

/* Everything that a streaming update may need, in one place. */
typedef struct {
    double x[BATCH], ring_a[RING], ring_b[RING];
    int64_t ring_ms[RING];
    uint8_t ring_bin[RING];
    pg_microprice_entry entries[RING];
    pg_bipower_scales scales;
    pg_ewma_variance ewma;
    pg_rolling rolling;
    pg_local_level level;
    pg_volume_clock clock;
    pg_momentum momentum;
    pg_spread_regime spread;
    pg_microprice micro;
    pg_flow_imbalance flow;
    pg_hawkes_filter hawkes;
    pg_cascade cascade;
    pg_intensity_stream intensity;
    pg_garch_state garch;
    pg_pnl pnl;
    pg_queue queue;
    pg_supertrend trend;
    double time_s;
} stream;

typedef void update(stream *s, int i);

static void up_log(stream *s, int i)
{
    sink = log(1.0 + s->x[i] * s->x[i]);
}
static void up_ewma(stream *s, int i)
{
    pg_ewma_variance_update(&s->ewma, s->x[i], 0.06);
}
static void up_bipower(stream *s, int i)
{
    pg_bipower_scales_update(&s->scales, s->x[i]);
}
static void up_rolling(stream *s, int i)
{
    pg_rolling_update(&s->rolling, s->time_s, s->x[i]);
}
static void up_level(stream *s, int i)
{
    pg_local_level_step step;
    pg_local_level_update(&step, &s->level, s->x[i], 1e-8, 2.5e-9, 0.1);
}
static void up_clock(stream *s, int i)
{
    pg_volume_bucket bucket;
    bool closed;
    pg_volume_clock_trade(&bucket, &closed, &s->clock, (int64_t)(1e3 * s->time_s), 100.0 + s->x[i], 0.1);
}
static void up_momentum(stream *s, int i)
{
    pg_momentum_update(&s->momentum, 1e3 * s->time_s, s->x[i]);
}
static void up_spread(stream *s, int i)
{
    pg_spread_regime_update(&s->spread, s->time_s, 1e-4 + fabs(s->x[i]));
}
static void up_micro(stream *s, int i)
{
    pg_microprice_update(&s->micro, (int64_t)(1e3 * s->time_s), 100.0 + s->x[i], s->x[i], -s->x[i]);
}
static void up_flow(stream *s, int i)
{
    pg_flow_imbalance_trade(&s->flow, s->time_s, i % 2 ? 1 : -1, 0.1);
}
static void up_hawkes(stream *s, int i)
{
    pg_hawkes_filter_event(&s->hawkes, s->time_s, i % 2 ? 1 : -1);
}
static void up_cascade(stream *s, int i)
{
    pg_cascade_event(&s->cascade, s->time_s, 1000.0, i % 2);
}
static void up_intensity(stream *s, int i)
{
    pg_intensity_stream_trade(&s->intensity, s->time_s, fabs(s->x[i]));
}
static void up_garch(stream *s, int i)
{
    static const pg_garch_params p = { 1e-4, 2e-6, 0.08, 0.90, 6.0 };
    pg_garch_update(&s->garch, &p, s->x[i]);
}
static void up_pnl(stream *s, int i)
{
    pg_pnl_fill(&s->pnl, i % 2 ? 1 : -1, 100.0, 0.1, 0.001, 100.0 + s->x[i]);
}
static void up_queue(stream *s, int i)
{
    pg_queue_depth(&s->queue, 10.0, 9.9 + 0.1 * (i % 2));
}
static void up_trend(stream *s, int i)
{
    pg_supertrend_update(&s->trend, 101.0, 99.0, 100.0 + s->x[i]);
}
static void up_as(stream *s, int i)
{
    pg_as_input in = { 100.0, s->x[i], 0.01, 0.1, 20.0, 20.0, 600.0, 1.0 };
    pg_quote_rules rules = { 0.01, 99.99, 100.01, true, 0 };
    pg_as_quote quote;
    pg_final_quote final;
    pg_as_quote_compute(&quote, &in);
    pg_quote_finish(&final, quote.bid, quote.ask, &rules);
    sink = final.bid;
}
static void up_glft(stream *s, int i)
{
    pg_glft_input in = { 100.0, s->x[i], 0.01, 0.1, 1.0, 1.0, 20.0, 20.0, 1.0, 0.1, 0.0, 1.0, 1.0 };
    pg_glft_quote quote;
    pg_glft_quote_compute(&quote, &in);
    sink = quote.bid;
}

static void reset(stream *s)
{
    pg_random random;
    memset(s, 0, sizeof *s);
    pg_random_seed(&random, 5);
    for (int i = 0; i < BATCH; i++)
        s->x[i] = 1e-3 * pg_random_normal(&random);
    pg_bipower_scales_init(&s->scales, 5.0, 20.0, 100.0);
    s->rolling = (pg_rolling){ .window_s = 60.0, .time_s = s->ring_a, .r = s->ring_b, .capacity = RING };
    s->clock = (pg_volume_clock){ .threshold = 1.0,
                                  .fraction = 0.01,
                                  .min_bucket = 0.5,
                                  .window_ms = 300000,
                                  .ring_ms = s->ring_ms,
                                  .ring_size = s->ring_b,
                                  .capacity = RING };
    s->momentum = (pg_momentum){ .window_ms = 500.0, .ring_ms = s->ring_a, .ring_r = s->ring_b, .capacity = RING };
    s->spread = (pg_spread_regime){ .window_s = 300.0, .ring_s = s->ring_a, .ring_bin = s->ring_bin, .capacity = RING };
    pg_microprice_defaults(&s->micro.options);
    s->micro.ring = s->entries;
    s->micro.capacity = RING;
    s->flow = (pg_flow_imbalance){ .window_s = 1.0,
                                   .half_life_s = 1.0,
                                   .alpha = 0.1,
                                   .ring_s = s->ring_a,
                                   .ring_signed = s->ring_b,
                                   .capacity = RING };
    s->hawkes.params = (pg_hawkes2){ 0.5, 0.5, 0.03, 0.01, 0.1 };
    pg_cascade_defaults(&s->cascade.options);
    s->intensity.half_life_s = 300.0;
    pg_queue_init(&s->queue, PG_QUEUE_POWER3, 3.0, 10.0);
    s->trend = (pg_supertrend){ .period = 10, .multiplier = 3.0 };
}

/* Nanoseconds an update: batches of BATCH, so that the clock does not count. */
static void bench_stream(const char *name, update *f)
{
    static stream s;
    double sample[MAX_SAMPLES];

    reset(&s);
    for (int k = 0; k < 300; k++) {
        double t = now_s();
        for (int i = 0; i < BATCH; i++) {
            s.time_s += 0.05;
            f(&s, i);
        }
        sample[k] = (now_s() - t) / BATCH;
    }
    report(name, sample, 300, 1e9, "ns");
}

static void bench_streams(void)
{
    static const struct {
        const char *name;
        update *f;
    } all[] = {
        { "ref_log", up_log },
        { "update_ewma_variance", up_ewma },
        { "update_bipower_3_scales", up_bipower },
        { "update_rolling", up_rolling },
        { "update_local_level", up_level },
        { "update_volume_clock", up_clock },
        { "update_momentum", up_momentum },
        { "update_spread_regime", up_spread },
        { "update_microprice", up_micro },
        { "update_flow_imbalance", up_flow },
        { "update_hawkes_filter", up_hawkes },
        { "update_cascade", up_cascade },
        { "update_intensity_stream", up_intensity },
        { "update_garch_state", up_garch },
        { "update_pnl_fill", up_pnl },
        { "update_queue_depth", up_queue },
        { "update_supertrend", up_trend },
        { "quote_as_and_rules", up_as },
        { "quote_glft", up_glft },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        bench_stream(all[i].name, all[i].f);
}

static void bench_tables(void)
{
    pg_glft_model m = { 0.3, 0.01, 0.9, 0.3, 1.0, 0.0, 30 };
    double bid[61], ask[61], eigenvalue, *work = malloc(pg_inventory_work(30) * sizeof *work), sample[50];

    for (int i = 0; i < 50; i++) {
        double t = now_s();
        pg_glft_stationary(bid, ask, &eigenvalue, &m, work);
        sample[i] = now_s() - t;
    }
    report("glft_stationary_Q30", sample, 50, 1e6, "us");
    for (int i = 0; i < 20; i++) {
        double t = now_s();
        pg_glft_finite(bid, ask, &m, 600.0, work);
        sample[i] = now_s() - t;
    }
    report("glft_finite_Q30", sample, 20, 1e3, "ms");
    free(work);
}

int main(void)
{
    bench_likelihood(PG_GARCH_NORMAL, "garch_normal_loglik_gradient_10000");
    bench_likelihood(PG_GARCH_STUDENT, "garch_t_loglik_gradient_10000");
    bench_fit("garch_t_fit_10000", 10000, PG_GARCH_STUDENT, 0, 20);
    bench_fit("garch_normal_fit_10000", 10000, PG_GARCH_NORMAL, 0, 20);
    bench_fit("garch_t_fit_1500", 1500, PG_GARCH_STUDENT, 0, 20);
    bench_fit("garch_t_explore_100_of_5000", 5000, PG_GARCH_STUDENT, 100, 10);
    bench_hawkes();
    bench_streams();
    bench_tables();
    return 0;
}
