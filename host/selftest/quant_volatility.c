/* Runners of bipower.json, filters.json and trend.json. */
#include <math.h>
#include <string.h>

#include "kernels/bipower.h"
#include "kernels/noise.h"
#include "kernels/returns.h"
#include "kernels/trend.h"
#include "kernels/units.h"
#include "kernels/variance.h"
#include "kernels/volume_clock.h"
#include "selftest/quant.h"

static void check_scale(pg_vectors *v, const cJSON *c, const char *name, const double *r, size_t n, pg_tolerance tol)
{
    const cJSON *want = pg_vector_get(c, name);
    pg_bipower_ewma scale;
    double rv, bv, ratio;

    if (!want)
        return;
    pg_bipower_ewma_init(&scale, pg_vector_double(want, "alpha", NAN), pg_vector_double(want, "var0", NAN));
    for (size_t i = 0; i < n; i++)
        pg_bipower_ewma_update(&scale, r[i]);
    pg_bipower_ewma_read(&rv, &bv, &ratio, &scale);
    const pg_vector_value values[] = { { "half_life", pg_vector_double(want, "half_life", NAN) },
                                       { "alpha", scale.alpha },
                                       { "var0", scale.start },
                                       { "rv_last", rv },
                                       { "bv_last", bv },
                                       { "jump_ratio_last", ratio } };
    pg_vector_check_fields(v, name, want, values, PG_COUNT(values), tol);
}

void pg_quant_bipower(pg_vectors *v, const cJSON *c)
{
    size_t n;
    double *r = pg_vector_array(v, &n, pg_vector_get(c, "returns"), -1);
    const cJSON *expect = pg_vector_get(c, "expect_window");
    pg_tolerance tol = pg_vector_tolerance(c, 1e-11);
    pg_bipower b;
    pg_kstatus status = pg_bipower_window(&b, r, n);

    pg_quant_check_status(v, expect, status);
    const pg_vector_value values[] = {
        { "n", (double)b.n },
        { "rv", b.rv },
        { "bv_raw", b.bv_raw },
        { "bv", b.bv },
        { "tq", b.tq },
        { "jump_variation", b.jump_variation },
        { "jump_ratio", b.jump_ratio },
        { "rel_jump", b.rel_jump },
        { "bns_z", b.z },
    };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
    check_scale(v, c, "ewma", r, n, tol);
    check_scale(v, c, "ewma_seed003", r, n, tol);
}

static void run_level(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n;
    double *y = pg_vector_array(v, &n, pg_vector_get(c, "log_mid"), -1);
    double *mean = pg_vector_memory(v, (n + 1) * sizeof(double)), *var = pg_vector_memory(v, (n + 1) * sizeof(double));
    double q = pg_vector_double(c, "Q", NAN), r = pg_vector_double(c, "R", NAN);
    double dt = pg_vector_double(c, "dt", 1.0);
    pg_local_level state = { 0 };
    pg_local_level_step step = { 0 };

    for (size_t i = 0; i < n; i++) {
        pg_kstatus status = pg_local_level_update(&step, &state, y[i], q, r, dt);
        pg_vector_check_true(v, "update", status == PG_K_OK);
        mean[i] = step.x;
        var[i] = step.p;
    }
    pg_vector_check_array(v, "mean", pg_vector_get(expect, "mean"), mean, n, tol);
    pg_vector_check_array(v, "var", pg_vector_get(expect, "var"), var, n, tol);
    const pg_vector_value values[] = { { "gain_last", step.gain },
                                       { "steady_state_gain", pg_local_level_steady_gain(q, r, dt) } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void run_roll(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n;
    double *r = pg_vector_array(v, &n, pg_vector_get(c, "returns"), -1);
    pg_roll roll;
    pg_kstatus status = pg_roll_estimate(&roll, r, n, 20);

    pg_quant_check_status(v, expect, status);
    const pg_vector_value values[] = { { "autocov1", roll.autocov },
                                       { "noise_var", roll.noise },
                                       { "half_spread", roll.half_spread } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void check_buckets(pg_vectors *v, const cJSON *expect, const char *name, const pg_volume_bucket *bucket,
                          size_t available, pg_tolerance tol)
{
    const cJSON *want;
    size_t i = 0;

    cJSON_ArrayForEach(want, pg_vector_get(expect, name))
    {
        if (i >= available) {
            pg_vector_fail(v, name, "only %zu buckets", available);
            return;
        }
        const pg_volume_bucket *b = &bucket[i++];
        const pg_vector_value values[] = { { "start", (double)b->start_ms },
                                           { "end", (double)b->end_ms },
                                           { "vwap", b->vwap },
                                           { "volume", b->volume },
                                           { "threshold", b->threshold } };
        pg_vector_check_fields(v, name, want, values, PG_COUNT(values), tol);
    }
}

static void run_volume_clock(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    const cJSON *trades = pg_vector_get(c, "trades");
    size_t n, count = 0;
    double *t = pg_vector_array(v, &n, trades, 0), *px = pg_vector_array(v, &n, trades, 1);
    double *sz = pg_vector_array(v, &n, trades, 2);
    pg_volume_bucket *buckets = pg_vector_memory(v, (n + 1) * sizeof *buckets);
    pg_volume_clock clock = { .threshold = pg_vector_double(c, "initial_threshold", NAN),
                              .fraction = pg_vector_double(c, "fraction", NAN),
                              .min_bucket = pg_vector_double(c, "min_bucket", 0.0),
                              .max_bucket = pg_vector_double(c, "max_bucket", 0.0),
                              .window_ms = (int64_t)pg_vector_double(c, "window_ms", 0.0),
                              .ring_ms = pg_vector_memory(v, (n + 1) * sizeof(int64_t)),
                              .ring_size = pg_vector_memory(v, (n + 1) * sizeof(double)),
                              .capacity = (int64_t)n + 1 };

    for (size_t i = 0; i < n; i++) {
        bool closed;
        pg_kstatus status = pg_volume_clock_trade(&buckets[count], &closed, &clock, (int64_t)t[i], px[i], sz[i]);
        pg_vector_check_true(v, "trade taken", status == PG_K_OK);
        count += closed;
    }
    pg_vector_check_value(v, "n_buckets", pg_vector_double(expect, "n_buckets", NAN), (double)count, tol);
    check_buckets(v, expect, "first5", buckets, count, tol);
    size_t last = (size_t)cJSON_GetArraySize(pg_vector_get(expect, "last3"));
    if (last <= count)
        check_buckets(v, expect, "last3", buckets + count - last, last, tol);
}

/* "mean square of first 10" gives the number of squares that start the filter. */
static int64_t start_count(const cJSON *c)
{
    const char *digits = strpbrk(pg_vector_text(c, "init"), "0123456789");
    int count = 1;
    return digits && sscanf(digits, "%d", &count) == 1 ? count : 1;
}

static void run_ewma(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n;
    double *r = pg_vector_array(v, &n, pg_vector_get(c, "returns"), -1), variance;
    pg_ewma_variance state = { .start_count = start_count(c) };

    for (size_t i = 0; i < n; i++)
        pg_ewma_variance_update(&state, r[i], 1.0 - pg_vector_double(c, "lam", 0.94));
    pg_ewma_variance_read(&variance, &state);
    const pg_vector_value values[] = { { "var", variance }, { "sd", sqrt(variance) } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void run_irregular(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n;
    double *t = pg_vector_array(v, &n, pg_vector_get(c, "t_sec"), -1);
    double *price = pg_vector_array(v, &n, pg_vector_get(c, "price"), -1), sigma;
    double *r = pg_vector_memory(v, (n + 1) * sizeof(double)), *dt = pg_vector_memory(v, (n + 1) * sizeof(double));
    pg_sigma simple;

    pg_vector_check_true(v, "returns", n >= 2 && pg_returns_log(r, price, n) == PG_K_OK);
    for (size_t i = 1; i < n; i++)
        dt[i - 1] = t[i] - t[i - 1];
    pg_sigma_irregular(&sigma, r, dt, n > 0 ? n - 1 : 0);
    pg_sigma_sample(&simple, r, n > 0 ? n - 1 : 0, 1.0);
    double last = n > 0 ? price[n - 1] : NAN;
    const pg_vector_value values[] = { { "sigma_per_sqrt_s", sigma },
                                       { "simple_sd_per_step", simple.sigma_step },
                                       { "sigma_price_per_sqrt_s", pg_sigma_px(sigma, last) } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

void pg_quant_filters(pg_vectors *v, const cJSON *c)
{
    static const struct {
        const char *type;
        void (*run)(pg_vectors *, const cJSON *, const cJSON *, pg_tolerance);
    } kinds[] = { { "local_level", run_level },
                  { "roll", run_roll },
                  { "volume_clock", run_volume_clock },
                  { "ewma_vol", run_ewma },
                  { "irregular_vol", run_irregular } };
    for (size_t i = 0; i < PG_COUNT(kinds); i++)
        if (strcmp(kinds[i].type, pg_vector_text(c, "type")) == 0) {
            kinds[i].run(v, c, pg_vector_get(c, "expect"), pg_vector_tolerance(c, 1e-10));
            return;
        }
    pg_vector_fail(v, "type", "%s is not known", pg_vector_text(c, "type"));
}

void pg_quant_trend(pg_vectors *v, const cJSON *c)
{
    size_t n;
    double *high = pg_vector_array(v, &n, pg_vector_get(c, "high"), -1);
    double *low = pg_vector_array(v, &n, pg_vector_get(c, "low"), -1);
    double *close = pg_vector_array(v, &n, pg_vector_get(c, "close"), -1), fast_value, slow_value;
    double *direction = pg_vector_memory(v, (n + 1) * sizeof(double));
    pg_ema fast = { .period = (int64_t)pg_vector_double(c, "ema_fast", 9.0) };
    pg_ema slow = { .period = (int64_t)pg_vector_double(c, "ema_slow", 26.0) };
    pg_supertrend s = { .period = (int64_t)pg_vector_double(c, "atr_period", 10.0),
                        .multiplier = pg_vector_double(c, "multiplier", 3.0) };
    const cJSON *expect = pg_vector_get(c, "expect");

    for (size_t i = 0; i < n; i++) {
        pg_ema_update(&fast, close[i]);
        pg_ema_update(&slow, close[i]);
        pg_supertrend_update(&s, high[i], low[i], close[i]);
        direction[i] = s.direction;
    }
    pg_ema_read(&fast_value, &fast);
    pg_ema_read(&slow_value, &slow);
    const pg_vector_value values[] = {
        { "ema_fast", fast_value },      { "ema_slow", slow_value },      { "atr_last", s.atr },
        { "final_upper_last", s.upper }, { "final_lower_last", s.lower }, { "flips", (double)s.flips },
    };
    pg_tolerance tol = pg_vector_tolerance(c, 1e-10);
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
    pg_vector_check_array(v, "direction", pg_vector_get(expect, "direction"), direction, n, tol);
}
