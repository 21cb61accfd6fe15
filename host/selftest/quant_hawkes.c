/* Runner of hawkes.json: likelihoods at given parameters, fits, the two-sided process, no events. */
#include <math.h>

#include "kernels/hawkes.h"
#include "selftest/quant.h"

static void check_at(pg_vectors *v, const cJSON *c, const double *t, size_t n, double horizon_s)
{
    const cJSON *tol = pg_vector_get(c, "tol"), *want;
    pg_tolerance value_tol = { pg_vector_double(tol, "loglik_rel", 1e-10), 0.0 };
    pg_tolerance gradient_tol = { pg_vector_double(tol, "gradient_rel", 1e-7), 0.0 };

    cJSON_ArrayForEach(want, pg_vector_get(pg_vector_get(c, "expect"), "at"))
    {
        pg_hawkes p = { pg_vector_double(want, "mu", NAN), pg_vector_double(want, "alpha", NAN),
                        pg_vector_double(want, "beta", NAN) };
        pg_hawkes_likelihood l;
        pg_vector_check_true(v, "likelihood computed", pg_hawkes_loglik(&l, &p, t, n, horizon_s) == PG_K_OK);
        const pg_vector_value values[] = { { "mu", p.mu },
                                           { "alpha", p.alpha },
                                           { "beta", p.beta },
                                           { "loglik", l.loglik },
                                           { "compensator", l.compensator },
                                           { "lambda_T", l.intensity },
                                           { "branching", p.alpha / p.beta } };
        pg_vector_check_fields(v, "at", want, values, PG_COUNT(values), value_tol);
        const cJSON *gradient = pg_vector_get(want, "gradient_mu_alpha_beta");
        pg_vector_check_array(v, "gradient", gradient, l.gradient, 3, gradient_tol);
    }
}

/* The maximum must be at least as high as the reference's, within the tolerance. */
static void check_fit(pg_vectors *v, const cJSON *c, const double *t, size_t n, double horizon_s)
{
    const cJSON *want = pg_vector_get(pg_vector_get(c, "expect"), "mle");
    double slack = pg_vector_double(pg_vector_get(c, "tol"), "mle_loglik_abs", 1e-4);
    double target = pg_vector_double(want, "loglik", NAN);
    pg_hawkes_fit fit;

    if (!want)
        return;
    pg_kstatus status = pg_hawkes_estimate(&fit, t, n, horizon_s);
    if (!pg_kstatus_usable(status) || !(fit.loglik >= target - slack))
        pg_vector_fail(v, "mle.loglik", "expected at least %.10g, got %.10g (%s)", target - slack, fit.loglik,
                       pg_kstatus_name(status));
}

static void run_two_sided(pg_vectors *v, const cJSON *c, const cJSON *p, double horizon_s)
{
    size_t nb, ns;
    double *buy = pg_vector_array(v, &nb, pg_vector_get(c, "buy"), -1);
    double *sell = pg_vector_array(v, &ns, pg_vector_get(c, "sell"), -1);
    pg_hawkes2 params = { pg_vector_double(p, "mu_buy", NAN), pg_vector_double(p, "mu_sell", NAN),
                          pg_vector_double(p, "alpha_self", NAN), pg_vector_double(p, "alpha_cross", NAN),
                          pg_vector_double(p, "beta", NAN) };
    pg_hawkes2_likelihood l;

    pg_vector_check_true(v, "computed", pg_hawkes2_loglik(&l, &params, buy, nb, sell, ns, horizon_s) == PG_K_OK);
    const pg_vector_value values[] = { { "loglik", l.loglik },
                                       { "compensator", l.compensator },
                                       { "lambda_buy_T", l.intensity_buy },
                                       { "lambda_sell_T", l.intensity_sell },
                                       { "branching", l.branching } };
    pg_vector_check_fields(v, "", pg_vector_get(c, "expect"), values, PG_COUNT(values), pg_vector_tolerance(c, 1e-10));
}

/* Univariate parameters with a list of events. */
static void run_listed(pg_vectors *v, const cJSON *c, const cJSON *p, double horizon_s)
{
    size_t n;
    double *t = pg_vector_array(v, &n, pg_vector_get(c, "buy"), -1);
    pg_hawkes params = { pg_vector_double(p, "mu", NAN), pg_vector_double(p, "alpha", NAN),
                         pg_vector_double(p, "beta", NAN) };
    pg_hawkes_likelihood l;

    pg_vector_check_true(v, "computed", pg_hawkes_loglik(&l, &params, t, n, horizon_s) == PG_K_OK);
    const pg_vector_value values[] = { { "loglik", l.loglik }, { "compensator", l.compensator } };
    pg_vector_check_fields(v, "", pg_vector_get(c, "expect"), values, PG_COUNT(values), pg_vector_tolerance(c, 1e-10));
}

void pg_quant_hawkes(pg_vectors *v, const cJSON *c)
{
    const cJSON *params = pg_vector_get(c, "params");
    double horizon_s = pg_vector_double(c, "T", NAN);

    if (pg_vector_get(params, "mu_buy")) {
        run_two_sided(v, c, params, horizon_s);
    } else if (params) {
        run_listed(v, c, params, horizon_s);
    } else {
        size_t n;
        double *t = pg_vector_series(v, &n, pg_vector_text(c, "events"), "t");
        if (!t)
            return;
        check_at(v, c, t, n, horizon_s);
        check_fit(v, c, t, n, horizon_s);
    }
}
