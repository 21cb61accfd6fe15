/* Runners of process.json, cascade.json, queue.json and microprice.json. */
#include <math.h>
#include <string.h>

#include "kernels/cascade.h"
#include "kernels/ewma.h"
#include "kernels/funding.h"
#include "kernels/jumps.h"
#include "kernels/markout.h"
#include "kernels/microprice.h"
#include "kernels/momentum.h"
#include "kernels/queue.h"
#include "kernels/quote_hjb.h"
#include "kernels/series.h"
#include "kernels/spread_regime.h"
#include "selftest/quant.h"

typedef void process_runner(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol);

static double *members(pg_vectors *v, size_t *n, const cJSON *array, const char *name)
{
    size_t i = 0;
    const cJSON *item;
    *n = (size_t)cJSON_GetArraySize(array);
    double *values = pg_vector_memory(v, (*n + 1) * sizeof(double));
    cJSON_ArrayForEach(item, array) values[i++] = pg_vector_double(item, name, NAN);
    return values;
}

static void run_depth_decay(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    const cJSON *buckets = pg_vector_get(c, "buckets");
    size_t n;
    double *depth = members(v, &n, buckets, "depth_bps"), *count = members(v, &n, buckets, "n");
    double *mean = members(v, &n, buckets, "mean_as_bps");
    pg_depth_decay fit;
    pg_kstatus status = pg_depth_decay_fit(&fit, depth, mean, count, n, pg_vector_double(c, "fees_bps", 0.0));

    pg_quant_check_status(v, expect, status);
    const pg_vector_value values[] = { { "as0_bps", fit.as0 },
                                       { "delta_char_bps", fit.d_char },
                                       { "r2", fit.r2 },
                                       { "break_even_depth_bps", fit.break_even } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void run_markout(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n;
    double *x = pg_vector_array(v, &n, pg_vector_get(c, "markouts_bps"), -1), value;
    pg_ewma ewma = { 0 };

    for (size_t i = 0; i < n; i++)
        pg_ewma_update(&ewma, x[i], pg_vector_double(c, "alpha", 0.1));
    pg_ewma_read(&value, &ewma);
    const pg_vector_value values[] = { { "ewma", value }, { "mean", pg_series_mean(x, n) } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void run_spread(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n;
    double *x = pg_vector_array(v, &n, pg_vector_get(c, "spreads"), -1), percentile;
    pg_spread_percentile(&percentile, x, n, pg_vector_double(c, "current", NAN));
    const pg_vector_value values[] = { { "percentile", percentile },
                                       { "gamma_mult", pg_spread_multiplier(percentile) } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void run_funding(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n;
    double *rate = pg_vector_array(v, &n, pg_vector_get(c, "hourly_rates"), -1);
    pg_funding state = { .period_s = 3600.0, .half_life_periods = pg_vector_double(c, "half_life_periods", 24.0) };
    pg_funding_estimate got;

    for (size_t i = 0; i < n; i++)
        pg_funding_update(&state, rate[i]);
    pg_funding_read(&got, &state);
    double cost = pg_funding_cost(pg_vector_double(c, "position", NAN), pg_vector_double(c, "mark", NAN), got.rate_s,
                                  pg_vector_double(c, "horizon_s", NAN));
    const pg_vector_value values[] = { { "ewma_rate_per_hour", got.rate },
                                       { "expected_cost", cost },
                                       { "apr", got.apr } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void run_hjb(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    const cJSON *in = pg_vector_get(c, "input");
    pg_hjb_input input = { pg_vector_double(in, "gamma", NAN),
                           pg_vector_double(in, "sigma_per_sqrt_s", NAN),
                           pg_vector_double(in, "utilization", NAN),
                           pg_vector_double(in, "time_remaining_s", NAN),
                           pg_vector_double(in, "session_s", 86400.0),
                           pg_vector_double(in, "terminal_penalty", 5e-4),
                           pg_vector_double(in, "max_terminal_multiplier", 5.0),
                           pg_vector_double(in, "funding_per_s", 0.0) };
    pg_hjb_skew out;

    pg_vector_check_true(v, "computed", pg_hjb_skew_compute(&out, &input) == PG_K_OK);
    const pg_vector_value values[] = {
        { "diffusion", out.diffusion }, { "terminal", out.terminal }, { "terminal_capped", out.terminal_capped },
        { "funding", out.funding },     { "skew_rel", out.skew_rel }, { "skew_bps", 1e4 * out.skew_rel }
    };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void run_momentum(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n, m;
    double *t = pg_vector_array(v, &n, pg_vector_get(c, "ts_ms"), -1);
    double *r = pg_vector_array(v, &m, pg_vector_get(c, "log_returns"), -1);
    pg_momentum state = { .window_ms = pg_vector_double(c, "window_ms", 500.0),
                          .ring_ms = pg_vector_memory(v, (n + 1) * sizeof(double)),
                          .ring_r = pg_vector_memory(v, (n + 1) * sizeof(double)),
                          .capacity = (int64_t)n + 1 };
    pg_momentum_scores got;

    for (size_t i = 0; i < n && i < m; i++)
        pg_momentum_update(&state, t[i], r[i]);
    pg_momentum_read(&got, &state, pg_vector_double(c, "now_ms", NAN), pg_vector_double(c, "scale_bps", 20.0));
    const pg_vector_value values[] = { { "momentum_bps", got.momentum_bps },
                                       { "falling_knife", got.falling },
                                       { "rising_knife", got.rising } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

static void run_jumps(pg_vectors *v, const cJSON *c, const cJSON *expect, pg_tolerance tol)
{
    size_t n, m;
    double *t = pg_vector_array(v, &m, pg_vector_get(c, "t_sec"), -1);
    double *r = pg_vector_array(v, &n, pg_vector_get(c, "log_returns"), -1);
    double window = m > 1 ? t[m - 1] - t[0] : NAN;
    pg_jumps got;
    pg_kstatus status = pg_jumps_estimate(&got, r, n, window, pg_vector_double(c, "threshold_sigmas", 4.0),
                                          (int64_t)pg_vector_double(c, "min_jumps", 5.0));

    pg_quant_check_status(v, expect, status);
    const pg_vector_value values[] = { { "sigma_per_step", got.sigma_step },
                                       { "n_jumps", (double)got.n_jumps },
                                       { "lambda_per_s", got.lambda },
                                       { "mean_signed", got.mean },
                                       { "sd", got.sd },
                                       { "second_moment", got.second_moment } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
}

void pg_quant_process(pg_vectors *v, const cJSON *c)
{
    static const struct {
        const char *type;
        process_runner *run;
    } kinds[] = {
        { "depth_decay", run_depth_decay }, { "markout_ewma", run_markout }, { "spread_percentile", run_spread },
        { "funding", run_funding },         { "hjb_skew", run_hjb },         { "momentum", run_momentum },
        { "jump_poisson", run_jumps }
    };
    for (size_t i = 0; i < PG_COUNT(kinds); i++)
        if (strcmp(kinds[i].type, pg_vector_text(c, "type")) == 0) {
            kinds[i].run(v, c, pg_vector_get(c, "expect"), pg_vector_tolerance(c, 1e-9));
            return;
        }
    pg_vector_fail(v, "type", "%s is not known", pg_vector_text(c, "type"));
}

void pg_quant_cascade(pg_vectors *v, const cJSON *c)
{
    const cJSON *p = pg_vector_get(c, "params"), *expect = pg_vector_get(c, "expect"), *event;
    pg_cascade cascade = { 0 };
    pg_cascade_options *o = &cascade.options;
    pg_cascade_state got;

    pg_cascade_defaults(o);
    o->mu = pg_vector_double(p, "mu", o->mu);
    o->alpha = pg_vector_double(p, "alpha", o->alpha);
    o->beta = pg_vector_double(p, "beta", o->beta);
    o->size_scale = pg_vector_double(p, "size_scale", o->size_scale);
    o->active_ratio = pg_vector_double(p, "cascade_threshold", o->active_ratio);
    o->pull_ratio = pg_vector_double(p, "pull_threshold", o->pull_ratio);
    o->max_multiplier = pg_vector_double(p, "mult_max", o->max_multiplier);
    o->severity_cap = pg_vector_double(p, "severity_cap", o->severity_cap);
    cJSON_ArrayForEach(event, pg_vector_get(c, "events"))
    {
        pg_kstatus status =
            pg_cascade_event(&cascade, pg_vector_double(event, "t", NAN), pg_vector_double(event, "notional", NAN),
                             pg_vector_double(event, "is_long", 0.0) != 0.0);
        pg_vector_check_true(v, "event taken", status == PG_K_OK);
    }
    pg_cascade_read(&got, &cascade, pg_vector_double(c, "t_eval", NAN));
    const pg_vector_value values[] = {
        { "intensity", got.intensity },
        { "ratio", got.ratio },
        { "severity_raw", got.severity_raw },
        { "severity", got.severity },
        { "tail_multiplier", got.tail_multiplier },
        { "pull", got.pull },
        { "long_share", got.long_share },
        { "size_factor", got.size_factor },
    };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), pg_vector_tolerance(c, 1e-10));
    pg_vector_check_text(v, "direction", pg_vector_get(expect, "direction"), pg_cascade_direction_name(got.direction));
}

static void run_fill_probability(pg_vectors *v, const cJSON *c, const cJSON *expect)
{
    const cJSON *in = pg_vector_get(c, "input");
    double depth0 = pg_vector_double(in, "depth_ahead0", NAN), age = pg_vector_double(in, "age_s", NAN);
    double fraction = pg_vector_double(in, "decay_fraction_per_s", 0.2);
    double depth = pg_queue_decay(depth0, age, fraction, false);
    pg_fill_probability got;
    pg_kstatus status = pg_fill_probability_compute(
        &got, pg_vector_double(in, "distance", NAN), pg_vector_double(in, "sigma", NAN),
        pg_vector_double(in, "horizon_s", NAN), depth, pg_vector_double(in, "volume_rate", NAN));

    pg_vector_check_true(v, "computed", status == PG_K_OK);
    const pg_vector_value values[] = { { "depth_ahead", depth },
                                       { "depth_ahead_exp_form", pg_queue_decay(depth0, age, fraction, true) },
                                       { "p_touch", got.p_touch },
                                       { "p_exec", got.p_exec },
                                       { "p_fill", got.p_fill } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), pg_vector_tolerance(c, 1e-10));
}

static void run_queue(pg_vectors *v, const cJSON *c, const cJSON *expect)
{
    int model = pg_queue_model_parse(pg_vector_text(c, "model"));
    double lot = pg_vector_double(c, "lot", NAN);
    pg_tolerance tol = pg_vector_tolerance(c, 1e-9);
    const cJSON *event;
    pg_queue queue;
    int index = 0;

    if (model < 0 || pg_queue_init(&queue, (pg_queue_model)model, pg_vector_double(c, "n", 3.0),
                                   pg_vector_double(c, "initial_front", NAN)) != PG_K_OK) {
        pg_vector_fail(v, "model", "%s cannot be used", pg_vector_text(c, "model"));
        return;
    }
    cJSON_ArrayForEach(event, expect)
    {
        char name[48];
        if (strcmp(pg_vector_text(event, "event"), "trade") == 0)
            pg_queue_trade(&queue, pg_vector_double(event, "qty", NAN));
        else
            pg_queue_depth(&queue, pg_vector_double(event, "prev_qty", NAN), pg_vector_double(event, "new_qty", NAN));
        snprintf(name, sizeof name, "[%d].front", index);
        pg_vector_check(v, name, pg_vector_get(event, "front"), queue.front, tol);
        snprintf(name, sizeof name, "[%d].filled_qty_available", index++);
        pg_vector_check(v, name, pg_vector_get(event, "filled_qty_available"), pg_queue_fillable(&queue, lot), tol);
    }
}

void pg_quant_queue(pg_vectors *v, const cJSON *c)
{
    const char *type = pg_vector_text(c, "type");
    const cJSON *expect = pg_vector_get(c, "expect");
    if (strcmp(type, "fill_probability") == 0)
        run_fill_probability(v, c, expect);
    else if (strcmp(type, "queue_model") == 0)
        run_queue(v, c, expect);
    else
        pg_vector_fail(v, "type", "%s is not known", type);
}

void pg_quant_microprice(pg_vectors *v, const cJSON *c)
{
    const cJSON *rows = pg_vector_get(c, "observations"), *expect = pg_vector_get(c, "expect");
    size_t n;
    double *t = pg_vector_array(v, &n, rows, 0), *mid = pg_vector_array(v, &n, rows, 1);
    double *book = pg_vector_array(v, &n, rows, 2), *flow = pg_vector_array(v, &n, rows, 3);
    pg_microprice state = { .ring = pg_vector_memory(v, (n + 2) * sizeof(pg_microprice_entry)),
                            .capacity = (int64_t)n + 2 };
    pg_microprice_options *o = &state.options;
    pg_microprice_estimate got;

    pg_microprice_defaults(o);
    o->horizon_ms = (int64_t)pg_vector_double(c, "horizon_ms", 300.0);
    o->window_ms = (int64_t)pg_vector_double(c, "window_ms", 60000.0);
    o->min_observations = (int64_t)pg_vector_double(c, "min_observations", 50.0);
    o->ridge = pg_vector_double(c, "ridge_relative", o->ridge);
    o->max_adjustment = pg_vector_double(c, "max_adjustment", o->max_adjustment);
    o->min_r2 = pg_vector_double(c, "min_r2", o->min_r2);
    for (size_t i = 0; i < n; i++) {
        pg_kstatus status = pg_microprice_update(&state, (int64_t)t[i], mid[i], book[i], flow[i]);
        pg_vector_check_true(v, "update taken", status == PG_K_OK);
    }
    pg_quant_check_status(v, expect, pg_microprice_read(&got, &state));
    const pg_vector_value values[] = {
        { "n", (double)got.n },
        { "beta_book", got.beta_book },
        { "beta_flow", got.beta_flow },
        { "r2", got.r2 },
        { "signal_correlation", got.correlation },
        { "adjustment", got.adjustment },
        { "adjustment_clamped", got.adjustment_clamped },
        { "microprice", got.microprice },
    };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), pg_vector_tolerance(c, 1e-8));
}
