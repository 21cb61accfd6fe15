#include <math.h>

#include "kernels/bipower.h"
#include "kernels/ewma.h"
#include "kernels/garch_fit.h"
#include "kernels/hybrid_vol.h"
#include "kernels/units.h"
#include "kernels/variance.h"
#include "study/fit.h"

enum { MULTISTART = 100, PARTICLES = 1000, PERIODS = 6, SANITY_RATIO = 5 };

static const double ewma_half_life_s = 120;

static pg_fit_row *add(pg_fit_table *t, const char *method, int64_t n)
{
    pg_fit_row *row = pg_fit_row_add(t, method, "both", "sigma_rel", "1/sqrt(s)");
    row->n = n;
    return row;
}

static void finish(pg_fit_row *row, pg_kstatus status, double sigma, double se)
{
    row->status = status;
    if (status == PG_K_OK && sigma == 0)
        row->status = PG_K_ZERO_VARIATION;
    row->estimate.value = sigma;
    row->estimate.se = se;
    if (!pg_kstatus_usable(row->status))
        return;
    if (se > 0) {
        row->lo = sigma - 1.96 * se;
        row->hi = sigma + 1.96 * se;
    }
    pg_fit_row_extra(row, "sigma_year", "fraction", pg_sigma_year(sigma), se > 0 ? pg_sigma_year(se) : NAN);
}

static void simple(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    pg_sigma out = { .sigma_rel = NAN, .se_rel = NAN };
    pg_kstatus status = pg_sigma_sample(&out, d->returns.v, d->returns.n, d->options.step_s);
    finish(add(t, "simple", (int64_t)d->returns.n), status, out.sigma_rel, out.se_rel);
}

static void irregular(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    double sigma = NAN;
    pg_kstatus status = pg_sigma_irregular(&sigma, d->move.v, d->move_s.v, d->move.n);
    finish(add(t, "irregular", (int64_t)d->move.n), status, sigma, NAN);
}

static void ewma(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    double alpha = pg_ewma_alpha(ewma_half_life_s / d->options.step_s), variance = NAN;
    pg_ewma_variance state = { .start_count = 1 };
    for (size_t i = 0; i < d->returns.n; i++)
        pg_ewma_variance_update(&state, d->returns.v[i], alpha);
    pg_kstatus status = pg_ewma_variance_read(&variance, &state);
    double sigma = sqrt(variance / d->options.step_s), effective = fmin((2 - alpha) / alpha, (double)d->returns.n);
    finish(add(t, "ewma", (int64_t)d->returns.n), status, sigma, sigma / sqrt(2 * effective));
}

static void rolling(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    double sigma = NAN;
    pg_kstatus status = pg_sigma_periods(&sigma, d->returns.v, d->returns.n, PERIODS, d->options.step_s);
    finish(add(t, "rolling", (int64_t)d->returns.n), status, sigma, NAN);
}

static void bipower(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    size_t n = d->returns.n;
    pg_bipower out = { .bv = NAN };
    pg_kstatus status = pg_bipower_window(&out, d->returns.v, n);
    double sigma = sqrt(out.bv / ((double)n * d->options.step_s));
    pg_fit_row *row = add(t, "bipower", (int64_t)n);
    finish(row, status, sigma, sigma * 0.5 * sqrt(2.609 / (double)n));
    if (status == PG_K_OK) {
        pg_fit_row_extra(row, "jump_ratio", "1", out.jump_ratio, NAN);
        pg_fit_row_extra(row, "jump_z", "1", out.z, NAN);
    }
}

static void garch(pg_fit_table *t, const pg_fit_data *d, const char *method, pg_garch_dist dist, int32_t restarts,
                  double horizon_s, double *work)
{
    pg_garch_fit fit;
    pg_garch_options options = { .dist = dist, .restarts = restarts, .seed = 1 };
    pg_fit_row *row = add(t, method, (int64_t)d->returns.n);
    row->status = pg_garch_fit_run(&fit, d->returns.v, d->returns.n, &options, work);
    if (!pg_kstatus_usable(row->status))
        return;
    finish(row, row->status, pg_garch_sigma(&fit.params, fit.last_sigma2, fit.last_e, d->options.step_s, horizon_s),
           NAN);
    row->gates = fit.gates;
    pg_sigma sample;
    if (pg_sigma_sample(&sample, d->returns.v, d->returns.n, d->options.step_s) == PG_K_OK &&
        !pg_sigma_sane(row->estimate.value, sample.sigma_rel, SANITY_RATIO))
        row->gates |= PG_GATE_RANGE;
    if (row->status == PG_K_OK && row->gates)
        row->status = PG_K_LOW_QUALITY;
    row->quality = "loglik";
    row->quality_value = fit.loglik;
    row->garch = fit.params;
    pg_fit_row_extra(row, "mu", "1/step", fit.params.mu, fit.se_robust[0]);
    pg_fit_row_extra(row, "omega", "1/step", fit.params.omega, fit.se_robust[1]);
    pg_fit_row_extra(row, "alpha", "1", fit.params.alpha, fit.se_robust[2]);
    pg_fit_row_extra(row, "beta", "1", fit.params.beta, fit.se_robust[3]);
    if (dist == PG_GARCH_STUDENT)
        pg_fit_row_extra(row, "nu", "1", fit.params.nu, fit.se_robust[4]);
}

static void garch_normal(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    garch(t, d, "garch", PG_GARCH_NORMAL, 0, horizon_s, work);
}

static void garch_t(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    garch(t, d, "garch_t", PG_GARCH_STUDENT, 0, horizon_s, work);
}

static void garch_multistart(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    garch(t, d, "garch_t_multistart", PG_GARCH_STUDENT, MULTISTART, horizon_s, work);
}

/* sd/mean of the orders in the last 50 seconds. */
static double activity(const pg_fit_data *d)
{
    double counts[50] = { 0 }, sum = 0, squares = 0;
    for (size_t i = d->order_s.n; i-- > 0 && d->order_s.v[i] > d->seconds - 50;)
        counts[(int)fmin(49, d->seconds - d->order_s.v[i])]++;
    for (int i = 0; i < 50; i++) {
        sum += counts[i];
        squares += counts[i] * counts[i];
    }
    return sum > 0 ? sqrt(fmax(0, (squares - sum * sum / 50) / 49)) / (sum / 50) : 0;
}

static void hybrid(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s;
    pg_hybrid state;
    pg_hybrid_options options;
    pg_hybrid_estimate out = { .sigma = NAN };
    pg_hybrid_defaults(&options);
    pg_fit_row *row = add(t, "hybrid", (int64_t)d->returns.n);
    row->status = pg_hybrid_init(&state, &options, 1, work, work + PARTICLES, work + 2 * PARTICLES, PARTICLES);
    for (size_t i = 0; i < d->returns.n && row->status == PG_K_OK; i++)
        row->status = pg_hybrid_update(&state, d->returns.v[i], d->options.step_s);
    if (row->status == PG_K_OK)
        row->status = pg_hybrid_read(&out, &state, activity(d));
    if (row->status == PG_K_OK && out.sigma_fast <= 0)
        row->status = PG_K_ZERO_VARIATION;
    finish(row, row->status, out.sigma, NAN);
    if (pg_kstatus_usable(row->status)) {
        pg_fit_row_extra(row, "sigma_slow", "1/sqrt(s)", out.sigma_slow, NAN);
        pg_fit_row_extra(row, "weight", "1", out.weight, NAN);
    }
}

const pg_fit_entry pg_fit_sigma_methods[] = {
    { "simple", simple },   { "irregular", irregular },
    { "ewma", ewma },       { "rolling", rolling },
    { "bipower", bipower }, { "garch", garch_normal },
    { "garch_t", garch_t }, { "garch_t_multistart", garch_multistart },
    { "hybrid", hybrid },   { NULL, NULL },
};
