/* Runners of garch_loglik.json and garch_fit.json. */
#include <math.h>
#include <string.h>

#include "kernels/garch_fit.h"
#include "selftest/quant.h"

static const char *const init_names[] = { "backcast", "fcp", "value", "sample", "uncond" };

static int init_of(const char *name)
{
    for (int i = 0; i < (int)PG_COUNT(init_names); i++)
        if (strcmp(init_names[i], name) == 0)
            return i;
    return -1;
}

static pg_garch_dist dist_of(const cJSON *c)
{
    return strcmp(pg_vector_text(c, "dist"), "t") == 0 ? PG_GARCH_STUDENT : PG_GARCH_NORMAL;
}

static double *returns_of(pg_vectors *v, size_t *n, const cJSON *c)
{
    const char *series = pg_vector_text(c, "series");
    return *series ? pg_vector_series(v, n, series, "r") : pg_vector_array(v, n, pg_vector_get(c, "returns"), -1);
}

static void check_path(pg_vectors *v, const cJSON *c, const pg_garch_series *s, const pg_garch_params *p,
                       const pg_garch_likelihood *l)
{
    const cJSON *expect = pg_vector_get(c, "expect"), *first = pg_vector_get(expect, "sigma2_first3");
    double *path = pg_vector_memory(v, (s->n + 1) * sizeof(double)), forecast[64];
    pg_tolerance tol = { pg_vector_double(pg_vector_get(c, "tol"), "sigma2_rel", 1e-12), 0.0 };
    size_t h = (size_t)cJSON_GetArraySize(pg_vector_get(expect, "forecast_var"));

    pg_garch_path(path, s, p);
    if (first)
        pg_vector_check_array(v, "sigma2_first3", first, path, s->n, tol);
    if (pg_vector_get(expect, "sigma2_last"))
        pg_vector_check(v, "sigma2_last", pg_vector_get(expect, "sigma2_last"), path[s->n - 1], tol);
    pg_vector_check_value(v, "last_sigma2 of the pass", path[s->n - 1], l->last_sigma2, tol);
    if (h > 0 && h <= PG_COUNT(forecast)) {
        pg_garch_forecast(forecast, h, p, l->last_sigma2, l->last_e);
        pg_vector_check_array(v, "forecast_var", pg_vector_get(expect, "forecast_var"), forecast, h, tol);
    }
    if (pg_vector_get(expect, "backcast"))
        pg_vector_check(v, "backcast", pg_vector_get(expect, "backcast"), s->backcast, tol);
}

void pg_quant_garch_loglik(pg_vectors *v, const cJSON *c)
{
    const cJSON *expect = pg_vector_get(c, "expect"), *tolerances = pg_vector_get(c, "tol");
    size_t n, k;
    double *r = returns_of(v, &n, c), *theta = pg_vector_array(v, &k, pg_vector_get(c, "theta"), -1);
    int init = init_of(pg_vector_text(c, "init"));
    pg_garch_series s;
    pg_garch_likelihood l;

    if (!r || k < 4 || init < 0) {
        pg_vector_fail(v, "case", "has no returns, too few parameters or an unknown init");
        return;
    }
    pg_garch_params p = { theta[0], theta[1], theta[2], theta[3], k > 4 ? theta[4] : NAN };
    pg_kstatus status =
        pg_garch_prepare(&s, r, n, dist_of(c), (pg_garch_init)init, pg_vector_double(c, "init_value", NAN));
    if (status == PG_K_OK)
        status = pg_garch_loglik(&l, &s, &p);
    pg_quant_check_status(v, expect, status);
    if (status != PG_K_OK)
        return;
    pg_tolerance value = { pg_vector_double(tolerances, "loglik_rel", 1e-10), 0.0 };
    pg_tolerance slope = { pg_vector_double(tolerances, "gradient_rel", 1e-8), 0.0 };
    pg_vector_check(v, "loglik", pg_vector_get(expect, "loglik"), l.loglik, value);
    pg_vector_check_array(v, "gradient", pg_vector_get(expect, "gradient"), l.gradient, 5, slope);
    check_path(v, c, &s, &p, &l);
}

static void check_errors(pg_vectors *v, const char *init, const cJSON *want, const char *name, const double *se)
{
    char field[64];
    const cJSON *expected = pg_vector_get(want, name);
    snprintf(field, sizeof field, "%s.%s", init, name);
    if (expected)
        pg_vector_check_array(v, field, expected, se, 5, (pg_tolerance){ 0.01, 0.0 });
}

/* Parameters, errors and forecasts where the maximum is unique and interior. */
static void check_unique(pg_vectors *v, const char *init, const cJSON *want, const pg_garch_fit *fit, double within)
{
    size_t k, n_se, h;
    double theta[] = { fit->params.mu, fit->params.omega, fit->params.alpha, fit->params.beta, fit->params.nu };
    double *expected = pg_vector_array(v, &k, pg_vector_get(want, "theta"), -1), forecast[64];
    double *se = pg_vector_array(v, &n_se, pg_vector_get(want, "se_hessian"), -1);
    char field[64];

    for (size_t i = 0; i < k && i < n_se && i < 5; i++) {
        snprintf(field, sizeof field, "%s.theta[%zu]", init, i);
        pg_vector_check_value(v, field, expected[i], theta[i], (pg_tolerance){ 0.0, within * se[i] });
    }
    check_errors(v, init, want, "se_hessian", fit->se_hessian);
    check_errors(v, init, want, "se_robust", fit->se_robust);
    check_errors(v, init, want, "se_opg", fit->se_opg);
    h = (size_t)cJSON_GetArraySize(pg_vector_get(want, "forecast_var"));
    if (h == 0 || h > PG_COUNT(forecast))
        return;
    pg_garch_forecast(forecast, h, &fit->params, fit->last_sigma2, fit->last_e);
    pg_vector_check_array(v, "forecast_var", pg_vector_get(want, "forecast_var"), forecast, h,
                          (pg_tolerance){ 1e-3, 0.0 });
}

static void check_fit(pg_vectors *v, const cJSON *c, const cJSON *want, const double *r, size_t n, int init,
                      double *work)
{
    const cJSON *accept = pg_vector_get(c, "accept");
    double target = pg_vector_double(want, "loglik", NAN), floor = target - 1e-6 * fabs(target);
    pg_garch_options o = { .dist = dist_of(c),
                           .init = (pg_garch_init)init,
                           .init_value = pg_vector_double(c, "init_value", NAN),
                           .zero_mean = strcmp(pg_vector_text(c, "mean"), "zero") == 0 };
    pg_garch_fit fit;
    pg_kstatus status = pg_garch_fit_run(&fit, r, n, &o, work);
    const char *name = init_names[init];

    if (init == PG_GARCH_BACKCAST) {
        floor = fmax(floor, pg_vector_double(accept, "loglik_min_vs_arch", floor));
        floor = fmax(floor, pg_vector_double(accept, "loglik_target", floor));
    }
    if (!(fit.loglik >= floor))
        pg_vector_fail(v, name, "log-likelihood %.10g, expected at least %.10g (best known %.10g)", fit.loglik, floor,
                       target);
    pg_vector_check_text(v, name, pg_vector_get(want, "status"), pg_kstatus_name(status));
    bool unique = cJSON_GetArraySize(pg_vector_get(want, "other_local_maxima")) == 0;
    if (status == PG_K_OK && unique)
        check_unique(v, name, want, &fit, pg_vector_double(accept, "theta_within_se", 0.05));
}

void pg_quant_garch_fit(pg_vectors *v, const cJSON *c)
{
    size_t n;
    double *r = returns_of(v, &n, c);
    const cJSON *want;

    if (!r)
        return;
    double *work = pg_vector_memory(v, (n + 1) * sizeof(double));
    cJSON_ArrayForEach(want, pg_vector_get(c, "expect"))
    {
        int init = init_of(want->string);
        if (init >= 0)
            check_fit(v, c, want, r, n, init, work);
        else
            pg_vector_fail(v, want->string, "is no known init");
    }
}
