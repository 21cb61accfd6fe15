/* Maximum-likelihood fit of the univariate Hawkes process (contract in hawkes.h). */
#include <math.h>
#include <stdlib.h>

#include "kernels/hawkes.h"
#include "kernels/minimize.h"

enum { MIN_EVENTS = 50, MAX_ITERATIONS = 200 };

typedef struct {
    const double *time_s;
    size_t n;
    double horizon_s;
} sample;

static pg_hawkes params_of(const double *u)
{
    return (pg_hawkes){ exp(u[0]), exp(u[1]), exp(u[2]) };
}

/* Minus the mean log-likelihood by the logarithms of mu, alpha, beta. */
static double objective(const double *u, double *g, void *context)
{
    const sample *s = context;
    pg_hawkes p = params_of(u);
    pg_hawkes_likelihood l;

    if (pg_hawkes_loglik(&l, &p, s->time_s, s->n, s->horizon_s) != PG_K_OK)
        return INFINITY;
    double scale = -1.0 / (double)s->n, chain[] = { p.mu, p.alpha, p.beta };
    for (int i = 0; i < 3; i++)
        g[i] = scale * l.gradient[i] * chain[i];
    return scale * l.loglik;
}

/* Standard errors from central differences of the analytic gradient. */
static bool standard_errors(pg_hawkes_fit *out, const sample *s)
{
    double base[] = { out->params.mu, out->params.alpha, out->params.beta }, information[9], inverse[9];

    for (int i = 0; i < 3; i++) {
        double h = 1e-4 * base[i], plus[3], minus[3];
        for (int sign = -1; sign <= 1; sign += 2) {
            double at[] = { base[0], base[1], base[2] };
            pg_hawkes_likelihood l;
            at[i] += sign * h;
            pg_hawkes p = { at[0], at[1], at[2] };
            if (pg_hawkes_loglik(&l, &p, s->time_s, s->n, s->horizon_s) != PG_K_OK)
                return false;
            for (int j = 0; j < 3; j++)
                (sign > 0 ? plus : minus)[j] = l.gradient[j];
        }
        for (int j = 0; j < 3; j++)
            information[i * 3 + j] = -(plus[j] - minus[j]) / (2.0 * h);
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < i; j++)
            information[i * 3 + j] = information[j * 3 + i] = 0.5 * (information[i * 3 + j] + information[j * 3 + i]);
    if (!pg_spd_inverse(inverse, information, 3))
        return false;
    out->se_mu = sqrt(inverse[0]);
    out->se_alpha = sqrt(inverse[4]);
    out->se_beta = sqrt(inverse[8]);
    return true;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Asymptotic distribution of the KS statistic (Kolmogorov 1933) with Stephens' (1970) small-sample factor. */
static double ks_tail(double distance, double n)
{
    double root = sqrt(n), x = (root + 0.12 + 0.11 / root) * distance, sum = 0.0;
    if (x < 0.2)
        return 1.0;
    for (int k = 1; k <= 100; k++)
        sum += (k % 2 ? 2.0 : -2.0) * exp(-2.0 * k * k * x * x);
    return fmin(fmax(sum, 0.0), 1.0);
}

pg_kstatus pg_hawkes_residuals(double *ks, double *p_value, const pg_hawkes *p, const double *t, size_t n, double *work)
{
    double excitation = 0.0, last = 0.0, distance = 0.0;

    *ks = *p_value = NAN;
    if (n < 1)
        return PG_K_TOO_FEW_POINTS;
    for (size_t i = 0; i < n; i++) {
        double d = t[i] - last, decay = exp(-p->beta * d);
        if (!(d >= 0.0))
            return PG_K_BAD_INPUT;
        work[i] = p->mu * d + p->alpha / p->beta * excitation * (1.0 - decay);
        excitation = excitation * decay + 1.0;
        last = t[i];
    }
    qsort(work, n, sizeof *work, ascending);
    for (size_t i = 0; i < n; i++) {
        double f = -expm1(-work[i]);
        distance = fmax(distance, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
    }
    *ks = distance;
    *p_value = ks_tail(distance, (double)n);
    return PG_K_OK;
}

size_t pg_hawkes_distinct(double *time_s, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || time_s[i] != time_s[kept - 1])
            time_s[kept++] = time_s[i];
    return kept;
}

pg_kstatus pg_hawkes_estimate(pg_hawkes_fit *out, const double *time_s, size_t n, double horizon_s)
{
    static const double betas[] = { 0.1, 0.5, 2.0, 8.0 }, ratios[] = { 0.2, 0.6 };
    sample s = { time_s, n, horizon_s };
    pg_hawkes probe = { 1.0, 0.0, 1.0 };
    pg_hawkes_likelihood l;
    double best = INFINITY;
    pg_kstatus status = pg_hawkes_loglik(&l, &probe, time_s, n, horizon_s), run = PG_K_NOT_CONVERGED;

    *out = (pg_hawkes_fit){ (int64_t)n, { NAN, NAN, NAN }, NAN, NAN, NAN, NAN, NAN, 0 };
    if (status != PG_K_OK)
        return status;
    if (n < MIN_EVENTS)
        return PG_K_TOO_FEW_POINTS;
    for (size_t i = 1; i < n; i++)
        if (time_s[i] == time_s[i - 1])
            return PG_K_BAD_INPUT;
    for (int k = 0; k < 8; k++) {
        double beta = betas[k / 2], ratio = ratios[k % 2], rate = (double)n / horizon_s;
        double u[] = { log(rate * (1.0 - ratio)), log(ratio * beta), log(beta) };
        pg_minimum m;
        if (pg_minimize_start(&m, u, 3, objective, &s) != PG_K_OK)
            continue;
        status = pg_minimize_run(&m, objective, &s, 1e-8, MAX_ITERATIONS);
        out->evaluations += m.evaluations;
        if (m.value < best) {
            best = m.value;
            out->params = params_of(m.x);
            run = pg_gradient_norm(m.g, 3) < 1e-5 ? PG_K_OK : status;
        }
    }
    if (!isfinite(best))
        return PG_K_NOT_CONVERGED;
    out->loglik = -best * (double)n;
    out->branching = out->params.alpha / out->params.beta;
    if (out->branching >= 0.999 || out->params.alpha < 1e-10)
        return PG_K_AT_BOUNDARY;
    if (!standard_errors(out, &s))
        return run == PG_K_OK ? PG_K_HESSIAN_NOT_PD : run;
    return run;
}
