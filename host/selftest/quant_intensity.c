/* Runners of ols.json, kappa.json and kappa_book.json. */
#include <math.h>
#include <string.h>

#include "kernels/bayes_kappa.h"
#include "kernels/book_kappa.h"
#include "kernels/imbalance.h"
#include "kernels/intensity.h"
#include "kernels/ols.h"
#include "kernels/virtual_quoting.h"
#include "selftest/quant.h"

static void check_pair(pg_vectors *v, const cJSON *expect, const char *name, double lo, double hi, pg_tolerance tol)
{
    const cJSON *pair = pg_vector_get(expect, name);
    double values[] = { lo, hi };
    if (pair)
        pg_vector_check_array(v, name, pair, values, 2, tol);
}

/* The ends of estimate -+ k se: the tolerance is relative to the terms and not to what is left of their difference,
 * because the reference's t quantile is only good to 2e-11 for one degree of freedom. */
static void check_interval(pg_vectors *v, const cJSON *expect, const char *name, double lo, double hi, pg_tolerance tol)
{
    double terms = 0.5 * fabs(lo + hi) + 0.5 * fabs(hi - lo);
    tol.abs = fmax(tol.abs, tol.rel * terms);
    check_pair(v, expect, name, lo, hi, tol);
}

void pg_quant_ols(pg_vectors *v, const cJSON *c)
{
    size_t n, n_y, n_w;
    const cJSON *expect = pg_vector_get(c, "expect"), *weights = pg_vector_get(c, "w");
    pg_tolerance tol = pg_vector_tolerance(c, 1e-10);
    double *x = pg_vector_array(v, &n, pg_vector_get(c, "x"), -1),
           *y = pg_vector_array(v, &n_y, pg_vector_get(c, "y"), -1);
    double *w = weights ? pg_vector_array(v, &n_w, weights, -1) : NULL;
    pg_ols t, z;
    pg_kstatus status = pg_ols_fit(&t, x, y, w, n, PG_CI_STUDENT);

    pg_ols_fit(&z, x, y, w, n, PG_CI_NORMAL);
    pg_quant_check_status(v, expect, status);
    if (status != PG_K_OK)
        return;
    const pg_vector_value values[] = {
        { "n", (double)t.n },       { "intercept", t.intercept },
        { "slope", t.slope },       { "se_intercept", t.se_intercept },
        { "se_slope", t.se_slope }, { "r2", t.r2 },
        { "sigma2", t.sigma2 },     { "df", (double)t.df },
    };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
    check_interval(v, expect, "slope_ci95_t", t.slope_lo, t.slope_hi, tol);
    check_interval(v, expect, "intercept_ci95_t", t.intercept_lo, t.intercept_hi, tol);
    check_interval(v, expect, "slope_ci95_z", z.slope_lo, z.slope_hi, tol);
    check_interval(v, expect, "intercept_ci95_z", z.intercept_lo, z.intercept_hi, tol);
}

static void check_survival(pg_vectors *v, const cJSON *expect, const double *grid, size_t levels, const double *counts,
                           double min_count, double exposure_s, pg_tolerance tol)
{
    double *work = pg_vector_memory(v, 2 * levels * sizeof(double));
    const cJSON *want = pg_vector_get(expect, "survival_ols");
    pg_intensity_survival s;
    pg_kstatus status = pg_intensity_survival_fit(&s, grid, counts, levels, min_count, exposure_s, work);

    pg_vector_check_array(v, "survival_counts", pg_vector_get(expect, "survival_counts"), counts, levels, tol);
    pg_quant_check_status(v, want, status);
    if (status != PG_K_OK)
        return;
    const pg_vector_value values[] = {
        { "kappa", s.kappa }, { "A", s.a }, { "r2", s.r2 }, { "levels_used", (double)s.levels_used }
    };
    pg_vector_check_fields(v, "survival_ols", want, values, PG_COUNT(values), tol);
    check_interval(v, want, "kappa_ci95_t", s.kappa_lo, s.kappa_hi, tol);
    check_interval(v, want, "kappa_ci95_z", s.kappa_lo_z, s.kappa_hi_z, tol);
}

static void check_fit(pg_vectors *v, const cJSON *expect, const char *name, pg_kstatus status, const pg_intensity *fit,
                      pg_tolerance tol)
{
    const cJSON *want = pg_vector_get(expect, name);
    /* A deviance test may flag a fit that the reference only reports. */
    pg_quant_check_status(v, want, status == PG_K_LOW_QUALITY ? PG_K_OK : status);
    if (!pg_kstatus_usable(status))
        return;
    const pg_vector_value values[] = { { "n", (double)fit->n },
                                       { "kappa", fit->kappa },
                                       { "se_kappa", fit->se_kappa },
                                       { "A", fit->a },
                                       { "loglik_conditional", fit->loglik } };
    pg_vector_check_fields(v, name, want, values, PG_COUNT(values), tol);
}

static void check_truth(pg_vectors *v, const cJSON *c, const cJSON *expect, const pg_intensity *fit)
{
    double truth = pg_vector_double(pg_vector_get(expect, "truth"), "kappa", NAN);
    double sigmas = pg_vector_double(pg_vector_get(c, "tol"), "truth_sigmas", NAN);
    if (isfinite(truth) && isfinite(sigmas))
        pg_vector_check_true(v, "kappa within truth_sigmas of the truth",
                             fabs(fit->kappa - truth) <= sigmas * fit->se_kappa);
}

static void check_trades_side(pg_vectors *v, const cJSON *c, const cJSON *expect, const double *depth, size_t n)
{
    size_t levels;
    double *grid = pg_vector_array(v, &levels, pg_vector_get(c, "grid"), -1);
    double exposure_s = pg_vector_double(c, "T_sec", NAN), min_count = pg_vector_double(c, "min_count", 10.0);
    double *counts = pg_vector_memory(v, (levels + 1) * sizeof(double));
    pg_tolerance tol = pg_vector_tolerance(c, 1e-8), binned_tol = tol;
    pg_intensity mle, truncated, binned;

    if (levels < 3) {
        pg_vector_fail(v, "grid", "has %zu levels", levels);
        return;
    }
    binned_tol.rel = pg_vector_double(pg_vector_get(c, "tol"), "binned_mle_rel", 1e-6);
    pg_vector_check_value(v, "n_trades", pg_vector_double(expect, "n_trades", NAN), (double)n, tol);
    pg_intensity_count(counts, depth, n, grid, levels);
    check_survival(v, expect, grid, levels, counts, min_count, exposure_s, tol);
    pg_kstatus status = pg_intensity_mle(&mle, depth, n, grid[0], INFINITY, exposure_s);
    check_fit(v, expect, "exp_mle", status, &mle, tol);
    check_truth(v, c, expect, &mle);
    status = pg_intensity_mle(&truncated, depth, n, grid[0], grid[levels - 1], exposure_s);
    check_fit(v, expect, "exp_mle_truncated", status, &truncated, tol);
    for (size_t i = 0; i + 1 < levels; i++)
        counts[i] -= counts[i + 1];
    const cJSON *want = pg_vector_get(expect, "poisson_binned_mle");
    pg_vector_check_array(v, "bin_counts", pg_vector_get(want, "bin_counts"), counts, levels - 1, tol);
    status = pg_intensity_binned(&binned, grid, counts, levels - 1, exposure_s);
    check_fit(v, expect, "poisson_binned_mle", status, &binned, binned_tol);
}

static void run_trades(pg_vectors *v, const cJSON *c)
{
    size_t n, n_side;
    const char *path = pg_vector_text(c, "trades");
    double *depth = pg_vector_series(v, &n, path, "depth"), *side = pg_vector_series(v, &n_side, path, "side");
    const cJSON *expect = pg_vector_get(c, "expect");

    if (!depth || !side || n != n_side)
        return;
    double *mine = pg_vector_memory(v, n * sizeof(double));
    for (int s = -1; s <= 1; s += 2) {
        const cJSON *want = pg_vector_get(expect, s > 0 ? "ask" : "bid");
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            if (side[i] == s)
                mine[count++] = depth[i];
        if (want)
            check_trades_side(v, c, want, mine, count);
    }
}

static void check_virtual_fit(pg_vectors *v, const cJSON *c, const char *name, const pg_virtual_level *levels,
                              size_t n_levels, pg_virtual_rate rate, bool weighted)
{
    const cJSON *want = pg_vector_get(pg_vector_get(c, "expect"), name);
    double lifetime_s = pg_vector_double(c, "quote_lifetime_sec", NAN);
    int64_t min_fills = (int64_t)pg_vector_double(c, "min_samples", 10.0);
    double *work = pg_vector_memory(v, 3 * n_levels * sizeof(double));
    pg_tolerance tol = pg_vector_tolerance(c, 1e-9);
    pg_virtual_fit fit;

    if (!want)
        return;
    pg_kstatus status = pg_virtual_estimate(&fit, levels, n_levels, rate, weighted, min_fills, lifetime_s, work);
    pg_quant_check_status(v, want, status);
    if (status != PG_K_OK)
        return;
    const pg_vector_value values[] = {
        { "kappa", fit.kappa }, { "A", fit.a }, { "r2", fit.r2 }, { "se_kappa", fit.se_kappa }
    };
    pg_vector_check_fields(v, name, want, values, PG_COUNT(values), tol);
    check_interval(v, want, "kappa_ci95_t", fit.kappa_lo, fit.kappa_hi, tol);
}

static void check_levels(pg_vectors *v, const cJSON *c, const pg_virtual_level *levels, size_t n_levels)
{
    double lifetime_s = pg_vector_double(c, "quote_lifetime_sec", NAN);
    pg_tolerance tol = pg_vector_tolerance(c, 1e-9);
    const cJSON *want;
    size_t k = 0;

    cJSON_ArrayForEach(want, pg_vector_get(pg_vector_get(c, "expect"), "levels"))
    {
        char name[32];
        snprintf(name, sizeof name, "levels[%zu]", k);
        if (k >= n_levels)
            break;
        const pg_virtual_level *l = &levels[k++];
        const pg_vector_value values[] = {
            { "delta", l->distance },
            { "fills", (double)l->fills },
            { "censored", (double)l->censored },
            { "exposure", l->exposure_s },
            { "lambda_censored_mle", pg_virtual_lambda(l, PG_RATE_CENSORED, lifetime_s) },
            { "lambda_seed_mean_arrival", pg_virtual_lambda(l, PG_RATE_MEAN_ARRIVAL, lifetime_s) },
            { "lambda_seed_vq", pg_virtual_lambda(l, PG_RATE_FULL_LIFETIME, lifetime_s) },
        };
        pg_vector_check_fields(v, name, want, values, PG_COUNT(values), tol);
    }
}

/* Windows lie wholly inside the data: the last start is at most T - lifetime. */
static size_t make_starts(pg_vectors *v, const cJSON *c, double **start, double **mid)
{
    double total = pg_vector_double(c, "T_sec", 0.0), step = pg_vector_double(c, "start_step_sec", 1.0);
    double lifetime = pg_vector_double(c, "quote_lifetime_sec", 0.0);
    size_t room = step > 0.0 ? (size_t)(total / step) + 1 : 1, n = 0;

    *start = pg_vector_memory(v, room * sizeof(double));
    *mid = pg_vector_memory(v, room * sizeof(double));
    for (; n < room && (double)n * step + lifetime <= total + 1e-9; n++) {
        (*start)[n] = (double)n * step;
        (*mid)[n] = pg_vector_double(c, "mid", NAN);
    }
    return n;
}

static void run_fills(pg_vectors *v, const cJSON *c)
{
    const char *path = pg_vector_text(c, "trades");
    size_t n, n_levels;
    double *time_s = pg_vector_series(v, &n, path, "t"), *side = pg_vector_series(v, &n, path, "side");
    double *price = pg_vector_series(v, &n, path, "price"), *size = pg_vector_series(v, &n, path, "qty");
    double *grid = pg_vector_array(v, &n_levels, pg_vector_get(c, "grid"), -1), *start, *mid;

    if (!time_s || !side || !price || !size)
        return;
    int8_t *sides = pg_vector_memory(v, n);
    for (size_t i = 0; i < n; i++)
        sides[i] = (int8_t)side[i];
    pg_virtual_trades trades = { time_s, price, size, sides, n };
    pg_virtual_level *levels = pg_vector_memory(v, n_levels * sizeof *levels);
    for (size_t k = 0; k < n_levels; k++)
        levels[k].distance = grid[k];
    pg_virtual_options options = { pg_vector_double(c, "quote_lifetime_sec", NAN),
                                   pg_vector_double(c, "queue_ahead", 0.0), pg_vector_double(c, "virtual_size", 0.0),
                                   pg_vector_double(c, "tick", 0.0) };
    double *work = pg_vector_memory(v, 2 * n_levels * sizeof(double));
    size_t n_starts = make_starts(v, c, &start, &mid);
    for (int s = -1; s <= 1; s += 2) {
        pg_kstatus status = pg_virtual_run(levels, n_levels, &trades, s, start, mid, n_starts, NULL, &options, work);
        pg_vector_check_true(v, "virtual quoting ran", status == PG_K_OK);
    }
    check_levels(v, c, levels, n_levels);
    check_virtual_fit(v, c, "fit_censored_mle_wls", levels, n_levels, PG_RATE_CENSORED, true);
    check_virtual_fit(v, c, "fit_censored_mle_ols", levels, n_levels, PG_RATE_CENSORED, false);
    check_virtual_fit(v, c, "fit_seed_vq_ols", levels, n_levels, PG_RATE_FULL_LIFETIME, false);
    check_virtual_fit(v, c, "fit_seed_mean_arrival_ols", levels, n_levels, PG_RATE_MEAN_ARRIVAL, false);
}

static void run_bayes(pg_vectors *v, const cJSON *c)
{
    size_t n;
    double *d = pg_vector_array(v, &n, pg_vector_get(c, "distances_rel"), -1);
    const cJSON *prior = pg_vector_get(c, "prior"), *expect = pg_vector_get(c, "expect");
    pg_tolerance tol = pg_vector_tolerance(c, 1e-10), ci_tol = tol;
    pg_bayes_kappa state;
    pg_bayes_kappa_estimate got;

    ci_tol.rel = pg_vector_double(pg_vector_get(c, "tol"), "ci_rel", 1e-8);
    pg_bayes_kappa_init(&state, pg_vector_double(prior, "mean", NAN), pg_vector_double(prior, "strength", NAN));
    for (size_t i = 0; i < n; i++)
        pg_bayes_kappa_trade(&state, d[i]);
    pg_kstatus status = pg_bayes_kappa_read(&got, &state);
    pg_vector_check_true(v, "estimate usable", pg_kstatus_usable(status));
    const pg_vector_value values[] = { { "posterior_shape", got.shape },
                                       { "posterior_rate", got.rate },
                                       { "kappa_mean", got.kappa },
                                       { "kappa_sd", got.sd },
                                       { "cv", got.cv } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
    check_pair(v, expect, "kappa_ci95", got.lo, got.hi, ci_tol);
}

void pg_quant_kappa(pg_vectors *v, const cJSON *c)
{
    if (pg_vector_get(c, "distances_rel"))
        run_bayes(v, c);
    else if (pg_vector_get(c, "quote_lifetime_sec"))
        run_fills(v, c);
    else if (pg_vector_get(c, "trades"))
        run_trades(v, c);
    else
        pg_vector_fail(v, "case", "is of no known form");
}

void pg_quant_kappa_book(pg_vectors *v, const cJSON *c)
{
    const cJSON *bids = pg_vector_get(c, "bids"), *asks = pg_vector_get(c, "asks"),
                *expect = pg_vector_get(c, "expect");
    size_t nb, na;
    double *bp = pg_vector_array(v, &nb, bids, 0), *bs = pg_vector_array(v, &nb, bids, 1);
    double *ap = pg_vector_array(v, &na, asks, 0), *as = pg_vector_array(v, &na, asks, 1);
    double mid = pg_vector_double(c, "mid", NAN), *work = pg_vector_memory(v, 3 * (nb + na) * sizeof(double));
    pg_book_kappa_options options = { (int64_t)pg_vector_double(c, "max_levels", 15.0),
                                      pg_vector_double(c, "max_distance", 0.01), 1e-6 };
    pg_book_kappa fit;
    pg_kstatus status = pg_book_kappa_fit(&fit, bp, bs, nb, ap, as, na, mid, &options, work);
    double imbalance, weighted;

    pg_quant_check_status(v, expect, status);
    pg_imbalance_book(&imbalance, bs, nb, as, na, 5);
    pg_weighted_mid(&weighted, bp[0], bs[0], ap[0], as[0]);
    const pg_vector_value values[] = { { "points", (double)fit.points },
                                       { "slope", fit.slope },
                                       { "kappa_rel", fit.kappa_rel },
                                       { "kappa_price", fit.kappa_rel / mid },
                                       { "r2", fit.r2 },
                                       { "imbalance5", imbalance },
                                       { "weighted_mid", weighted } };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), pg_vector_tolerance(c, 1e-9));
}
