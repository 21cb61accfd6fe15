/* GARCH(1,1) with Gaussian or standardised Student t errors: likelihood, forecasts, streaming update.
 *
 * r_t = mu + e_t, e_t = sigma_t z_t, sigma_t^2 = omega + alpha e_{t-1}^2 + beta sigma_{t-1}^2 (Bollerslev 1986, 1987).
 * Returns are fractions a step of dt seconds (any scale works); omega has their unit squared. Domain: omega > 0,
 * alpha >= 0, beta >= 0, alpha + beta < 1, 2.05 <= nu <= 500. */
#ifndef PG_KERNELS_GARCH_H
#define PG_KERNELS_GARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef enum { PG_GARCH_NORMAL = 0, PG_GARCH_STUDENT = 1 } pg_garch_dist;

/* Presample variance. Log-likelihoods under different choices are not comparable. */
typedef enum {
    PG_GARCH_BACKCAST = 0, /* exponential weights 0.94 over the first 75 squared deviations (default) */
    PG_GARCH_FCP = 1,      /* mean of (r - mu)^2 at the present mu (Fiorentini, Calzolari & Panattoni 1996) */
    PG_GARCH_VALUE = 2,    /* given */
    PG_GARCH_SAMPLE = 3,   /* sigma_1^2 = sample variance (n-1), no recursion at t = 1 (seed 001) */
    PG_GARCH_UNCOND = 4    /* sigma_1^2 = omega/(1 - alpha - beta) */
} pg_garch_init;

typedef struct {
    double mu, omega, alpha, beta, nu; /* nu is ignored for normal errors */
} pg_garch_params;

/* A series made ready for many evaluations; holds a pointer to the returns. */
typedef struct {
    const double *r;
    size_t n;
    pg_garch_dist dist;
    pg_garch_init init;
    double init_value;     /* for PG_GARCH_VALUE */
    double mean, variance; /* of the returns; n-1 */
    double backcast;
} pg_garch_series;

/* Non-finite returns: bad_input; n < 2: too_few_points. O(n). */
pg_kstatus pg_garch_prepare(pg_garch_series *series, const double *r, size_t n, pg_garch_dist dist, pg_garch_init init,
                            double init_value);

typedef struct {
    double loglik;              /* all constants kept, all n terms */
    double gradient[5];         /* by mu, omega, alpha, beta, nu (0 for normal errors) */
    double last_sigma2, last_e; /* of the last observation */
} pg_garch_likelihood;

/* Log-likelihood and analytic gradient in one pass: about 30 flops an observation, the logarithms taken of products so
 * that there is one every few hundred observations. Outside the domain: invalid_params. O(n), nothing allocated. */
pg_kstatus pg_garch_loglik(pg_garch_likelihood *out, const pg_garch_series *series, const pg_garch_params *params);

/* The same with the sum of the outer products of the scores, row-major 5 x 5 (zeros for nu with normal errors). */
pg_kstatus pg_garch_scores(pg_garch_likelihood *out, double *opg, const pg_garch_series *series,
                           const pg_garch_params *params);

/* The path sigma_1^2 .. sigma_n^2. */
pg_kstatus pg_garch_path(double *sigma2, const pg_garch_series *series, const pg_garch_params *params);

/* Variances of steps n+1 .. n+h: omega + alpha e_n^2 + beta sigma_n^2, then omega + (alpha + beta) v. */
void pg_garch_forecast(double *variance, size_t h, const pg_garch_params *params, double last_sigma2, double last_e);

/* Sum of the next h variances (h >= 1). */
double pg_garch_forecast_sum(const pg_garch_params *params, double last_sigma2, double last_e, int64_t h);

/* sigma_rel for quoting over a horizon: sqrt(V_h/(h dt)), h = max(1, round(T/dt)). */
double pg_garch_sigma(const pg_garch_params *params, double last_sigma2, double last_e, double dt_s, double horizon_s);

/* Streaming between fits: the variance of the next step. Zero-initialise with the fit's last_sigma2 and last_e. */
typedef struct {
    double sigma2, e; /* of the last step */
} pg_garch_state;

/* A closed step's return; a non-finite one is bad_input and changes nothing. O(1). */
pg_kstatus pg_garch_update(pg_garch_state *state, const pg_garch_params *params, double r);

#endif
