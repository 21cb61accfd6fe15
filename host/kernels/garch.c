#include "kernels/garch.h"

#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <string.h>

#include "kernels/series.h"

enum { BACKCAST_SPAN = 75, PARAMS = 5 };

pg_kstatus pg_garch_prepare(pg_garch_series *s, const double *r, size_t n, pg_garch_dist dist, pg_garch_init init,
                            double init_value)
{
    *s = (pg_garch_series){ r, n, dist, init, init_value, NAN, NAN, NAN };
    if (pg_series_first_bad(r, n) < n)
        return PG_K_BAD_INPUT;
    if (n < 2)
        return PG_K_TOO_FEW_POINTS;
    if ((int)dist < 0 || dist > PG_GARCH_STUDENT || (int)init < 0 || init > PG_GARCH_UNCOND ||
        (init == PG_GARCH_VALUE && !(init_value > 0.0 && isfinite(init_value))))
        return PG_K_INVALID_PARAMS;
    s->mean = pg_series_mean(r, n);
    s->variance = pg_series_variance(r, n);
    if (!isfinite(s->variance))
        return PG_K_BAD_INPUT;

    double sum = 0.0, weights = 0.0, weight = 1.0;
    for (size_t i = 0; i < n && i < BACKCAST_SPAN; i++, weight *= 0.94) {
        double d = r[i] - s->mean;
        sum += weight * d * d;
        weights += weight;
    }
    s->backcast = sum / weights;
    return PG_K_OK;
}

static bool in_domain(const pg_garch_params *p, pg_garch_dist dist)
{
    if (!isfinite(p->mu) || !(p->omega > 0.0) || !isfinite(p->omega) || !(p->alpha >= 0.0) || !(p->beta >= 0.0) ||
        !(p->alpha + p->beta < 1.0))
        return false;
    return dist == PG_GARCH_NORMAL || (p->nu >= 2.05 && p->nu <= 500.0);
}

/* sigma_1^2 and its derivatives by mu, omega, alpha, beta. */
static double start(double d[4], const pg_garch_series *s, const pg_garch_params *p)
{
    double persistence = p->alpha + p->beta, rest = 1.0 - persistence;
    double c = s->init == PG_GARCH_VALUE ? s->init_value : s->backcast, by_mu = 0.0;

    if (s->init == PG_GARCH_SAMPLE) {
        d[0] = d[1] = d[2] = d[3] = 0.0;
        return s->variance;
    }
    if (s->init == PG_GARCH_UNCOND) {
        d[0] = 0.0;
        d[1] = 1.0 / rest;
        d[2] = d[3] = p->omega / (rest * rest);
        return p->omega / rest;
    }
    if (s->init == PG_GARCH_FCP) {
        double shift = s->mean - p->mu, n = (double)s->n;
        c = s->variance * (n - 1.0) / n + shift * shift;
        by_mu = -2.0 * shift;
    }
    d[0] = persistence * by_mu;
    d[1] = 1.0;
    d[2] = d[3] = c;
    return p->omega + persistence * c;
}

/* Logarithm of a product of many positive factors, taken only when the product leaves a safe range. */
typedef struct {
    double product, sum;
} log_product;

static inline void log_multiply(log_product *l, double factor)
{
    l->product *= factor;
    if (__builtin_expect(!(l->product < 1e140 && l->product > 1e-140), 0)) {
        l->sum += log(l->product);
        l->product = 1.0;
    }
}

/* One pass. `student` and `opg` are constants at each call, so the compiler makes three plain loops. */
static inline __attribute__((always_inline)) void pass(pg_garch_likelihood *out, double *opg, const pg_garch_series *s,
                                                       const pg_garch_params *p, bool student)
{
    double d[4], sigma2 = start(d, s, p), mu = p->mu, omega = p->omega, alpha = p->alpha, beta = p->beta;
    double nu2 = p->nu - 2.0, nu1 = p->nu + 1.0, inverse_nu2 = student ? 1.0 / nu2 : 0.0;
    double d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3], g0 = 0.0, g1 = 0.0, g2 = 0.0, g3 = 0.0, squares = 0.0;
    double psi = 0.0, e = 0.0, last_sigma2 = sigma2, twice_alpha = 2.0 * alpha;
    log_product sigmas = { 1.0, 0.0 }, tails = { 1.0, 0.0 };

    if (student)
        psi = 0.5 * (gsl_sf_psi(0.5 * nu1) - gsl_sf_psi(0.5 * p->nu) - inverse_nu2);
    for (size_t t = 0; t < s->n; t++) {
        e = s->r[t] - mu;
        double square = e * e, inverse = 1.0 / sigma2, z2 = square * inverse;
        double w = student ? nu1 / (nu2 + z2) : 1.0, wz2 = w * z2, tail = 1.0 + z2 * inverse_nu2;
        double slope = 0.5 * (wz2 - 1.0) * inverse, by_mu = w * e * inverse;

        log_multiply(&sigmas, sigma2);
        if (student)
            log_multiply(&tails, tail);
        squares += wz2;
        g0 += slope * d0 + by_mu;
        g1 += slope * d1;
        g2 += slope * d2;
        g3 += slope * d3;
        if (opg) {
            double by_nu = student ? psi - 0.5 * log(tail) + 0.5 * wz2 * inverse_nu2 : 0.0;
            double score[PARAMS] = { slope * d0 + by_mu, slope * d1, slope * d2, slope * d3, by_nu };
            for (int i = 0; i < PARAMS; i++)
                for (int j = 0; j <= i; j++)
                    opg[i * PARAMS + j] += score[i] * score[j];
        }
        last_sigma2 = sigma2;
        d0 = beta * d0 - twice_alpha * e;
        d1 = beta * d1 + 1.0;
        d2 = beta * d2 + square;
        d3 = beta * d3 + sigma2;
        sigma2 = (omega + alpha * square) + beta * sigma2;
    }
    double n = (double)s->n, log_sigma = sigmas.sum + log(sigmas.product), log_tail = tails.sum + log(tails.product);
    double constant = -0.5 * log(2.0 * M_PI);
    if (student) {
        int sign;
        constant = lgamma_r(0.5 * nu1, &sign) - lgamma_r(0.5 * p->nu, &sign) - 0.5 * log(M_PI * nu2);
        out->loglik = n * constant - 0.5 * log_sigma - 0.5 * nu1 * log_tail;
        out->gradient[4] = n * psi - 0.5 * log_tail + 0.5 * inverse_nu2 * squares;
    } else {
        out->loglik = n * constant - 0.5 * log_sigma - 0.5 * squares;
        out->gradient[4] = 0.0;
    }
    out->gradient[0] = g0;
    out->gradient[1] = g1;
    out->gradient[2] = g2;
    out->gradient[3] = g3;
    out->last_sigma2 = last_sigma2;
    out->last_e = e;
}

static pg_kstatus finish(pg_garch_likelihood *out)
{
    if (isfinite(out->loglik))
        return PG_K_OK;
    *out = (pg_garch_likelihood){ NAN, { NAN, NAN, NAN, NAN, NAN }, NAN, NAN };
    return PG_K_INVALID_PARAMS;
}

pg_kstatus pg_garch_loglik(pg_garch_likelihood *out, const pg_garch_series *s, const pg_garch_params *p)
{
    *out = (pg_garch_likelihood){ NAN, { NAN, NAN, NAN, NAN, NAN }, NAN, NAN };
    if (!in_domain(p, s->dist))
        return PG_K_INVALID_PARAMS;
    if (s->dist == PG_GARCH_STUDENT)
        pass(out, NULL, s, p, true);
    else
        pass(out, NULL, s, p, false);
    return finish(out);
}

pg_kstatus pg_garch_scores(pg_garch_likelihood *out, double *opg, const pg_garch_series *s, const pg_garch_params *p)
{
    *out = (pg_garch_likelihood){ NAN, { NAN, NAN, NAN, NAN, NAN }, NAN, NAN };
    memset(opg, 0, PARAMS * PARAMS * sizeof *opg);
    if (!in_domain(p, s->dist))
        return PG_K_INVALID_PARAMS;
    if (s->dist == PG_GARCH_STUDENT)
        pass(out, opg, s, p, true);
    else
        pass(out, opg, s, p, false);
    for (int i = 0; i < PARAMS; i++)
        for (int j = 0; j < i; j++)
            opg[j * PARAMS + i] = opg[i * PARAMS + j];
    return finish(out);
}

pg_kstatus pg_garch_path(double *sigma2, const pg_garch_series *s, const pg_garch_params *p)
{
    double d[4];

    if (!in_domain(p, s->dist))
        return PG_K_INVALID_PARAMS;
    for (size_t t = 0; t < s->n; t++) {
        double e = t > 0 ? s->r[t - 1] - p->mu : 0.0;
        sigma2[t] = t > 0 ? (p->omega + p->alpha * (e * e)) + p->beta * sigma2[t - 1] : start(d, s, p);
    }
    return PG_K_OK;
}

void pg_garch_forecast(double *variance, size_t h, const pg_garch_params *p, double last_sigma2, double last_e)
{
    double persistence = p->alpha + p->beta;
    for (size_t j = 0; j < h; j++)
        variance[j] = j > 0 ? p->omega + persistence * variance[j - 1]
                            : p->omega + p->alpha * last_e * last_e + p->beta * last_sigma2;
}

double pg_garch_forecast_sum(const pg_garch_params *p, double last_sigma2, double last_e, int64_t h)
{
    double first, steps = (double)h, rest = 1.0 - p->alpha - p->beta;

    pg_garch_forecast(&first, 1, p, last_sigma2, last_e);
    if (rest < 1e-10)
        return steps * first + 0.5 * steps * (steps - 1.0) * p->omega;
    double mean = p->omega / rest;
    return steps * mean + (first - mean) * -expm1(steps * log1p(-rest)) / rest;
}

double pg_garch_sigma(const pg_garch_params *p, double last_sigma2, double last_e, double dt_s, double horizon_s)
{
    double steps = fmax(1.0, round(horizon_s / dt_s));
    return sqrt(pg_garch_forecast_sum(p, last_sigma2, last_e, (int64_t)steps) / (steps * dt_s));
}

pg_kstatus pg_garch_update(pg_garch_state *state, const pg_garch_params *p, double r)
{
    if (!isfinite(r))
        return PG_K_BAD_INPUT;
    state->sigma2 = (p->omega + p->alpha * state->e * state->e) + p->beta * state->sigma2;
    state->e = r - p->mu;
    return PG_K_OK;
}
