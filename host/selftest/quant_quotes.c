/* Runners of quotes.json and cartea_jaimungal.json. */
#include <math.h>
#include <string.h>

#include "kernels/quote_as.h"
#include "kernels/quote_cartea.h"
#include "kernels/quote_glft.h"
#include "kernels/quote_rules.h"
#include "selftest/quant.h"

/* What every model hands on to the final rules. */
typedef struct {
    const cJSON *in, *raw;
    pg_tolerance tol;
    double bid, ask;
    bool done; /* nothing to finish: the model has a table */
} quote_case;

static double input(const quote_case *q, const char *name)
{
    return pg_vector_double(q->in, name, NAN);
}

static double input_or(const quote_case *q, const char *name, double absent)
{
    return pg_vector_double(q->in, name, absent);
}

static void check_raw(pg_vectors *v, quote_case *q, pg_kstatus status, const pg_vector_value *values, size_t n)
{
    if (status != PG_K_OK) {
        pg_vector_fail(v, "raw", "the model answered %s", pg_kstatus_name(status));
        return;
    }
    if (q->raw)
        pg_vector_check_fields(v, "raw", q->raw, values, n, q->tol);
}

static void finish_as(pg_vectors *v, quote_case *q, pg_kstatus status, const pg_as_quote *out)
{
    const pg_vector_value values[] = { { "reservation", out->reservation },
                                       { "half_bid", out->half_bid },
                                       { "half_ask", out->half_ask },
                                       { "bid_raw", out->bid },
                                       { "ask_raw", out->ask } };
    check_raw(v, q, status, values, PG_COUNT(values));
    q->bid = out->bid;
    q->ask = out->ask;
}

static void run_as(pg_vectors *v, quote_case *q)
{
    pg_as_input in = { input(q, "mid"),       input(q, "q"),         input(q, "sigma"), input(q, "gamma"),
                       input(q, "kappa_bid"), input(q, "kappa_ask"), input(q, "T"),     input_or(q, "lot", 1.0) };
    pg_as_quote out;
    finish_as(v, q, pg_as_quote_compute(&out, &in), &out);
}

static void run_as_seed001(pg_vectors *v, quote_case *q)
{
    double kappa = input(q, "kappa");
    pg_as_input in = { input(q, "mid"), input(q, "q"), input(q, "sigma"), input(q, "gamma"),
                       kappa,           kappa,         input(q, "T"),     1.0 };
    pg_as_quote out;
    finish_as(v, q, pg_as_quote_seed001(&out, &in), &out);
}

static void run_as_return(pg_vectors *v, quote_case *q)
{
    const char *mode = pg_vector_text(q->in, "gamma_mode");
    pg_as_return_input in = {
        .mid = input(q, "mid"),
        .q = input(q, "inventory"),
        .q_max = input(q, "max_inventory"),
        .sigma_rel = input(q, "sigma_per_sqrt_s"),
        .kappa_bid_rel = input(q, "kappa_bid_rel"),
        .kappa_ask_rel = input(q, "kappa_ask_rel"),
        .gamma_mode = strcmp(mode, "max_shift") == 0          ? PG_GAMMA_MAX_SHIFT
                      : strcmp(mode, "inventory_scaled") == 0 ? PG_GAMMA_INVENTORY_SCALED
                                                              : PG_GAMMA_CONSTANT,
        .gamma = input(q, "gamma"),
        .gamma_min = input_or(q, "gamma_min", 0.0),
        .gamma_max = input_or(q, "gamma_max", 0.0),
        .max_shift_ticks = input_or(q, "max_shift_ticks", 0.0),
        .tick = input(q, "tick"),
        .horizon_s = input(q, "T"),
        .min_total_spread_bps = input_or(q, "min_spread_bps", 0.0),
        .max_total_spread_bps = input_or(q, "max_spread_bps", 0.0),
        .maker_fee_bps = input_or(q, "maker_fee_bps", 0.0),
    };
    pg_as_return_quote out;
    pg_kstatus status = pg_as_return_compute(&out, &in);
    const pg_vector_value values[] = { { "gamma", out.gamma },
                                       { "total_bid_spread_rel", out.total_bid },
                                       { "total_ask_spread_rel", out.total_ask },
                                       { "clamped_bid", out.clamped_bid },
                                       { "clamped_ask", out.clamped_ask },
                                       { "reservation", out.reservation },
                                       { "bid_raw", out.bid },
                                       { "ask_raw", out.ask } };
    check_raw(v, q, status, values, PG_COUNT(values));
    q->bid = out.bid;
    q->ask = out.ask;
}

static void run_glft(pg_vectors *v, quote_case *q)
{
    double kappa = input(q, "kappa"), a = input(q, "A"), gamma = input(q, "gamma");
    pg_glft_input in = { .ref = input(q, "mid"),
                         .q = input(q, "q"),
                         .sigma_px = input(q, "sigma"),
                         .gamma_px = gamma,
                         .a_bid = input_or(q, "A_bid", a),
                         .a_ask = input_or(q, "A_ask", a),
                         .kappa_bid = input_or(q, "kappa_bid", kappa),
                         .kappa_ask = input_or(q, "kappa_ask", kappa),
                         .lot = input_or(q, "lot", 1.0),
                         .xi = input_or(q, "xi", gamma),
                         .fee_px = input_or(q, "fee", 0.0),
                         .adj_spread = input_or(q, "adj_spread", 1.0),
                         .adj_skew = input_or(q, "adj_skew", 1.0) };
    pg_glft_quote out;
    pg_kstatus status = pg_glft_quote_compute(&out, &in);
    const pg_vector_value values[] = {
        { "c1", out.c1_bid },     { "c2", out.c2_bid },           { "half_spread", out.half_bid },
        { "skew", out.skew_bid }, { "delta_bid", out.delta_bid }, { "delta_ask", out.delta_ask },
        { "bid_raw", out.bid },   { "ask_raw", out.ask }
    };
    check_raw(v, q, status, values, PG_COUNT(values));
    q->bid = out.bid;
    q->ask = out.ask;
}

/* Tables over q = -Q..Q, both for the stationary and the finite horizon. */
static void run_glft_table(pg_vectors *v, quote_case *q, const cJSON *expect, bool finite)
{
    pg_glft_model m = { .sigma_px = input(q, "sigma"),
                        .gamma_px = input(q, "gamma"),
                        .a = input(q, "A"),
                        .kappa = input(q, "kappa"),
                        .lot = input_or(q, "lot", 1.0),
                        .drift = input_or(q, "drift", input_or(q, "mu", 0.0)),
                        .q_lots = (int64_t)input_or(q, "Q", 0.0) };
    if (m.q_lots < 1 || m.q_lots > 1000) {
        pg_vector_fail(v, "Q", "out of range");
        return;
    }
    size_t n = 2 * (size_t)m.q_lots + 1;
    double *bid = pg_vector_memory(v, n * sizeof(double)), *ask = pg_vector_memory(v, n * sizeof(double));
    double *work = pg_vector_memory(v, pg_inventory_work(m.q_lots) * sizeof(double)), eigenvalue = NAN;
    pg_kstatus status = finite ? pg_glft_finite(bid, ask, &m, input(q, "T"), work)
                               : pg_glft_stationary(bid, ask, &eigenvalue, &m, work);
    pg_vector_check_true(v, "model answered ok", status == PG_K_OK);
    pg_vector_check_array(v, "delta_bid", pg_vector_get(expect, "delta_bid"), bid, n, q->tol);
    pg_vector_check_array(v, "delta_ask", pg_vector_get(expect, "delta_ask"), ask, n, q->tol);
    const cJSON *want = pg_vector_get(expect, "smallest_eigenvalue");
    if (want)
        pg_vector_check(v, "smallest_eigenvalue", want, eigenvalue, q->tol);
    q->done = true;
}

static void run_glft_seed(pg_vectors *v, quote_case *q)
{
    pg_glft_seed_input in = { input(q, "microprice"),
                              input(q, "q"),
                              input(q, "q_max"),
                              input(q, "sigma_per_sqrt_s"),
                              input(q, "gamma"),
                              input(q, "kappa_rel"),
                              input(q, "arrival_per_s"),
                              input_or(q, "max_holding_s", 120.0),
                              input_or(q, "min_half_spread", 1e-4) };
    pg_glft_seed_quote out;
    pg_kstatus status = pg_glft_seed003(&out, &in);
    const pg_vector_value values[] = { { "T", out.horizon_s },
                                       { "half_rel", out.half_rel },
                                       { "skew_rel", out.skew_rel },
                                       { "bid_raw", out.bid },
                                       { "ask_raw", out.ask } };
    check_raw(v, q, status, values, PG_COUNT(values));
    q->bid = out.bid;
    q->ask = out.ask;
}

static void run_skewed(pg_vectors *v, quote_case *q)
{
    pg_skewed_quote out;
    pg_kstatus status = pg_skewed_quote_compute(&out, input(q, "mid"), input_or(q, "q", 0.0),
                                                input(q, "half_spread_bps"), input_or(q, "skew_bps_per_unit", 0.0));
    const pg_vector_value values[] = { { "center", out.centre }, { "bid_raw", out.bid }, { "ask_raw", out.ask } };
    check_raw(v, q, status, values, PG_COUNT(values));
    q->bid = out.bid;
    q->ask = out.ask;
}

static void run_finish(pg_vectors *v, quote_case *q)
{
    (void)v;
    q->bid = input(q, "bid_raw");
    q->ask = input(q, "ask_raw");
}

static void check_final(pg_vectors *v, const quote_case *q, const cJSON *final)
{
    pg_quote_rules rules = { .tick = input(q, "tick"),
                             .best_bid = input_or(q, "best_bid", 0.0),
                             .best_ask = input_or(q, "best_ask", 0.0),
                             .post_only = input_or(q, "post_only", 0.0) != 0.0 };
    pg_final_quote out;
    pg_tolerance exact = { 0.0, 0.0 };
    pg_kstatus status = pg_quote_finish(&out, q->bid, q->ask, &rules);

    pg_quant_check_status(v, final, status);
    pg_vector_check(v, "bid_ticks", pg_vector_get(final, "bid_ticks"), (double)out.bid_ticks, exact);
    pg_vector_check(v, "ask_ticks", pg_vector_get(final, "ask_ticks"), (double)out.ask_ticks, exact);
    const pg_vector_value values[] = { { "bid", out.bid },
                                       { "ask", out.ask },
                                       { "bid_ticks", (double)out.bid_ticks },
                                       { "ask_ticks", (double)out.ask_ticks } };
    pg_vector_check_fields(v, "final", final, values, PG_COUNT(values), q->tol);
}

void pg_quant_quotes(pg_vectors *v, const cJSON *c)
{
    static const struct {
        const char *model;
        void (*run)(pg_vectors *, quote_case *);
    } models[] = { { "as", run_as },
                   { "as_seed001_doc", run_as_seed001 },
                   { "as_return_space", run_as_return },
                   { "glft_approx", run_glft },
                   { "glft_seed003", run_glft_seed },
                   { "inventory_aware", run_skewed },
                   { "symmetric", run_skewed },
                   { "finish", run_finish } };
    const cJSON *expect = pg_vector_get(c, "expect"), *final = pg_vector_get(expect, "final");
    const char *model = pg_vector_text(c, "model");
    quote_case q = {
        pg_vector_get(c, "input"), pg_vector_get(expect, "raw"), pg_vector_tolerance(c, 1e-11), NAN, NAN, false
    };
    bool known = false;

    for (size_t i = 0; i < PG_COUNT(models); i++)
        if (strcmp(models[i].model, model) == 0) {
            models[i].run(v, &q);
            known = true;
        }
    if (strcmp(model, "glft_exact_stationary") == 0 || strcmp(model, "glft_exact_finite") == 0) {
        run_glft_table(v, &q, expect, strcmp(model, "glft_exact_finite") == 0);
        known = true;
    }
    if (!known)
        pg_vector_fail(v, "model", "%s is not known", model);
    else if (final && !q.done)
        check_final(v, &q, final);
}

void pg_quant_cartea(pg_vectors *v, const cJSON *c)
{
    const cJSON *in = pg_vector_get(c, "input"), *expect = pg_vector_get(c, "expect");
    double kappa = pg_vector_double(in, "kappa", NAN);
    pg_cartea_model m = { .lambda_buy = pg_vector_double(in, "lambda_plus", NAN),
                          .lambda_sell = pg_vector_double(in, "lambda_minus", NAN),
                          .kappa_ask = kappa,
                          .kappa_bid = kappa,
                          .eps_buy = pg_vector_double(in, "epsilon_plus", 0.0),
                          .eps_sell = pg_vector_double(in, "epsilon_minus", 0.0),
                          .phi = pg_vector_double(in, "phi", NAN),
                          .alpha = pg_vector_double(in, "alpha", NAN),
                          .horizon_s = pg_vector_double(in, "T", NAN),
                          .q_lots = (int64_t)pg_vector_double(in, "q_max", 0.0) };
    if (m.q_lots < 1 || m.q_lots > 1000) {
        pg_vector_fail(v, "q_max", "out of range");
        return;
    }
    size_t n = 2 * (size_t)m.q_lots + 1;
    double *h = pg_vector_memory(v, n * sizeof(double)), *bid = pg_vector_memory(v, n * sizeof(double));
    double *ask = pg_vector_memory(v, n * sizeof(double));
    double *work = pg_vector_memory(v, pg_inventory_work(m.q_lots) * sizeof(double));
    pg_tolerance tol = pg_vector_tolerance(c, 1e-8);

    pg_vector_check_true(v, "model answered ok", pg_cartea_exact(h, bid, ask, &m, work) == PG_K_OK);
    pg_vector_check_array(v, "h_minus_h0", pg_vector_get(expect, "h_minus_h0"), h, n, tol);
    pg_vector_check_array(v, "delta_bid", pg_vector_get(expect, "delta_bid"), bid, n, tol);
    pg_vector_check_array(v, "delta_ask", pg_vector_get(expect, "delta_ask"), ask, n, tol);
}
