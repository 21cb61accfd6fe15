/* Runners of ladder.json and risk_gamma.json. */
#include <math.h>
#include <string.h>

#include "kernels/ladder.h"
#include "kernels/risk_gamma.h"
#include "selftest/quant.h"

static void run_build(pg_vectors *v, const cJSON *c, const cJSON *in)
{
    double levels_wanted = pg_vector_double(in, "levels", 0.0);
    pg_ladder_options o = { .mid = pg_vector_double(in, "mid", NAN),
                            .tick = pg_vector_double(in, "tick", NAN),
                            .size_step = pg_vector_double(in, "size_step", NAN),
                            .min_notional = pg_vector_double(in, "min_notional", 10.0),
                            .total_size = pg_vector_double(in, "total_size", NAN),
                            .decay = pg_vector_double(in, "decay", NAN),
                            .min_depth_bps = pg_vector_double(in, "min_depth_bps", NAN),
                            .max_depth_bps = pg_vector_double(in, "max_depth_bps", NAN),
                            .linear = strcmp(pg_vector_text(in, "spacing"), "linear") == 0 };
    size_t n = levels_wanted >= 1.0 && levels_wanted <= 10000.0 ? (size_t)levels_wanted : 0, i = 0;
    pg_ladder_level *levels = pg_vector_memory(v, (n + 1) * sizeof *levels);
    pg_tolerance tol = pg_vector_tolerance(c, 1e-11), exact = { 0.0, 0.0 }, half_step = { 0.0, 0.5 * o.size_step };
    const cJSON *want;

    pg_vector_check_true(v, "built", pg_ladder_build(levels, n, &o) == PG_K_OK);
    cJSON_ArrayForEach(want, pg_vector_get(c, "expect"))
    {
        if (i >= n)
            break;
        const pg_ladder_level *l = &levels[i++];
        pg_vector_check(v, "depth_bps", pg_vector_get(want, "depth_bps"), l->depth_bps, tol);
        pg_vector_check(v, "size_raw", pg_vector_get(want, "size_raw"), l->size_raw, tol);
        pg_vector_check(v, "bid_ticks", pg_vector_get(want, "bid_ticks"), (double)l->bid_ticks, exact);
        pg_vector_check(v, "ask_ticks", pg_vector_get(want, "ask_ticks"), (double)l->ask_ticks, exact);
        pg_vector_check(v, "bid_size", pg_vector_get(want, "bid_size"), l->bid_size, half_step);
        pg_vector_check(v, "ask_size", pg_vector_get(want, "ask_size"), l->ask_size, half_step);
    }
    pg_vector_check_true(v, "number of levels", i == (size_t)cJSON_GetArraySize(pg_vector_get(c, "expect")) && i == n);
}

static void run_allocate(pg_vectors *v, const cJSON *c, const cJSON *in)
{
    const cJSON *expect = pg_vector_get(c, "expect");
    size_t n, m;
    double *rate = pg_vector_array(v, &n, pg_vector_get(in, "fill_intensity"), -1);
    double *capture = pg_vector_array(v, &m, pg_vector_get(in, "spread_capture_bps"), -1);
    double *cap = pg_vector_array(v, &m, pg_vector_get(in, "level_cap"), -1);
    double *saturation = pg_vector_array(v, &m, pg_vector_get(in, "saturation"), -1);
    double *marginal = pg_vector_memory(v, (n + 1) * sizeof(double)),
           *size = pg_vector_memory(v, (n + 1) * sizeof(double));
    int32_t *order = pg_vector_memory(v, (n + 1) * sizeof *order);
    pg_tolerance tol = pg_vector_tolerance(c, 1e-9);
    pg_allocation a;

    for (size_t i = 0; i < n; i++)
        marginal[i] = rate[i] * capture[i];
    pg_allocation_cap(&a, pg_vector_double(in, "max_position", NAN), pg_vector_double(in, "margin_available", NAN),
                      pg_vector_double(in, "leverage", NAN), pg_vector_double(in, "price", NAN));
    pg_vector_check(v, "effective_cap", pg_vector_get(expect, "effective_cap"), a.cap, tol);
    pg_vector_check_text(v, "binding", pg_vector_get(expect, "binding"), a.margin_binds ? "margin" : "position");
    pg_vector_check_array(v, "marginal_value", pg_vector_get(expect, "marginal_value"), marginal, n, tol);
    pg_allocation_greedy(size, &a, marginal, cap, pg_vector_double(in, "min_size", 0.0), n, order);
    pg_vector_check_array(v, "greedy_sizes", pg_vector_get(expect, "greedy_sizes"), size, n, tol);
    pg_vector_check(v, "greedy_shadow_price", pg_vector_get(expect, "greedy_shadow_price"), a.multiplier, tol);
    pg_allocation_waterfill(size, &a, marginal, saturation, n, order);
    pg_vector_check_array(v, "waterfill_sizes", pg_vector_get(expect, "waterfill_sizes"), size, n, tol);
    pg_vector_check(v, "waterfill_multiplier", pg_vector_get(expect, "waterfill_multiplier"), a.multiplier, tol);
}

void pg_quant_ladder(pg_vectors *v, const cJSON *c)
{
    const char *type = pg_vector_text(c, "type");
    const cJSON *in = pg_vector_get(c, "input");
    if (strcmp(type, "build") == 0)
        run_build(v, c, in);
    else if (strcmp(type, "allocate") == 0)
        run_allocate(v, c, in);
    else
        pg_vector_fail(v, "type", "%s is not known", type);
}

/* Settings by their names in the file: the file's defaults first, then the case's overrides. */
static void configure(pg_vectors *v, pg_risk_gamma_config *config, const cJSON *settings)
{
    const struct {
        const char *name;
        double *field;
    } fields[] = {
        { "gamma_base", &config->gamma_base },
        { "sigma_baseline", &config->sigma_baseline },
        { "volatility_weight", &config->volatility_weight },
        { "max_volatility_multiplier", &config->max_volatility_multiplier },
        { "toxicity_threshold", &config->toxicity_threshold },
        { "toxicity_sensitivity", &config->toxicity_sensitivity },
        { "inventory_threshold", &config->inventory_threshold },
        { "inventory_sensitivity", &config->inventory_sensitivity },
        { "gamma_min", &config->gamma_min },
        { "gamma_max", &config->gamma_max },
        { "tail_risk_base", &config->tail_base },
        { "tail_risk_sensitivity", &config->tail_sensitivity },
        { "max_tail_risk_multiplier", &config->max_tail_multiplier },
        { "hawkes_activity_weight", &config->hawkes_weight },
        { "hawkes_max_multiplier", &config->max_hawkes_multiplier },
        { "spread_regime_tight_mult", &config->tight_multiplier },
        { "spread_regime_wide_mult", &config->wide_multiplier },
        { "spread_tight_percentile", &config->tight_percentile },
        { "spread_wide_percentile", &config->wide_percentile },
    };
    const cJSON *item;

    cJSON_ArrayForEach(item, settings)
    {
        bool known = strcmp(item->string, "toxicity_form") == 0;
        if (known)
            config->toxicity_seed003 = cJSON_IsString(item) && strcmp(item->valuestring, "seed003") == 0;
        for (size_t i = 0; i < PG_COUNT(fields); i++)
            if (strcmp(fields[i].name, item->string) == 0) {
                *fields[i].field = item->valuedouble;
                known = true;
            }
        if (!known)
            pg_vector_fail(v, item->string, "is not a known setting");
    }
}

static void run_gamma(pg_vectors *v, const cJSON *c, const cJSON *defaults)
{
    const cJSON *in = pg_vector_get(c, "input");
    pg_risk_gamma_config config;
    pg_risk_gamma_input input = { .sigma_rel = pg_vector_double(in, "sigma", NAN),
                                  .jump_ratio = pg_vector_double(in, "jump_ratio", NAN),
                                  .u = pg_vector_double(in, "utilization", NAN),
                                  .severity = pg_vector_double(in, "severity", NAN),
                                  .hawkes_ratio = pg_vector_double(in, "hawkes_ratio", NAN),
                                  .spread_percentile = pg_vector_double(in, "spread_percentile", NAN),
                                  .book_ratio = NAN };
    pg_risk_gamma out;

    pg_risk_gamma_defaults(&config);
    configure(v, &config, defaults);
    configure(v, &config, pg_vector_get(c, "config_overrides"));
    pg_vector_check_true(v, "computed", pg_risk_gamma_compute(&out, &config, &input) == PG_K_OK);
    const pg_vector_value values[] = { { "m_vol", out.m_vol },         { "m_tox", out.m_tox },
                                       { "m_inv", out.m_inv },         { "m_tail", out.m_tail },
                                       { "m_hawkes", out.m_hawkes },   { "m_spread", out.m_spread },
                                       { "gamma_raw", out.gamma_raw }, { "gamma", out.gamma } };
    pg_vector_check_fields(v, "", pg_vector_get(c, "expect"), values, PG_COUNT(values), pg_vector_tolerance(c, 1e-12));
}

void pg_quant_risk_gamma(pg_vectors *v, const cJSON *root)
{
    const cJSON *c;
    cJSON_ArrayForEach(c, pg_vector_get(root, "cases"))
    {
        pg_vector_begin(v, pg_vector_text(c, "id"));
        run_gamma(v, c, pg_vector_get(root, "defaults"));
        pg_vector_end(v);
    }
}
