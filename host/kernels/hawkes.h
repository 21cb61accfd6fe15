/* Hawkes processes with exponential kernels: order flow that excites itself.
 *
 * lambda(t) = mu + alpha sum_{t_i < t} e^{-beta (t - t_i)}; branching ratio n = alpha/beta, stationary iff n < 1 with
 * mean rate mu/(1-n). Log-likelihood by the recursion of Ozaki (1979); times in seconds, mu, alpha, beta in 1/s. */
#ifndef PG_KERNELS_HAWKES_H
#define PG_KERNELS_HAWKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"
#include "kernels/random.h"

typedef struct {
    double mu, alpha, beta;
} pg_hawkes;

typedef struct {
    double loglik;
    double gradient[3]; /* by mu, alpha, beta */
    double compensator; /* integral of lambda over (0, T] */
    double intensity;   /* lambda(T) */
} pg_hawkes_likelihood;

/* Log-likelihood and gradient of n sorted event times in (0, T], one pass. No events: -mu T.
 * Nonpositive mu or beta, negative alpha, T <= 0: invalid_params; unsorted or outside (0, T]: bad_input. */
pg_kstatus pg_hawkes_loglik(pg_hawkes_likelihood *out, const pg_hawkes *params, const double *time_s, size_t n,
                            double horizon_s);

typedef struct {
    int64_t n;
    pg_hawkes params;
    double se_mu, se_alpha, se_beta; /* observed information; NaN at a boundary */
    double loglik, branching;
    int64_t evaluations;
} pg_hawkes_fit;

/* Makes one event of those that share a time, in place; returns how many are left. A clock that counts milliseconds
 * gives such ties, and with them the likelihood grows without bound as beta does. */
size_t pg_hawkes_distinct(double *time_s, size_t n);

/* Maximum likelihood by BFGS on logarithms from 8 starts (beta in .1 .5 2 8, branching .2 .6). n < 50: too_few_points;
 * two events at one time: bad_input (pg_hawkes_distinct); branching >= .999: at_boundary. O(n) an evaluation, a few hundred of them; nothing allocated. */
pg_kstatus pg_hawkes_estimate(pg_hawkes_fit *out, const double *time_s, size_t n, double horizon_s);

/* Kolmogorov-Smirnov distance and p-value of the n compensator increments against Exp(1). work: n doubles. */
pg_kstatus pg_hawkes_residuals(double *ks, double *p_value, const pg_hawkes *params, const double *time_s, size_t n,
                               double *work);

/* Exact simulation by thinning (Ogata 1981; the bound is the intensity itself, which only falls between events).
 * Returns the number of events in (0, T], at most room. Branching >= 1 is refused: 0 and invalid_params. */
pg_kstatus pg_hawkes_simulate(double *time_s, size_t *n, size_t room, const pg_hawkes *params, double horizon_s,
                              pg_random *random);

/* Two-sided (buys and sells): common beta, self and cross excitation. */
typedef struct {
    double mu_buy, mu_sell, alpha_self, alpha_cross, beta;
} pg_hawkes2;

typedef struct {
    double loglik, compensator;
    double intensity_buy, intensity_sell; /* at T */
    double branching;                     /* (alpha_self + alpha_cross)/beta */
} pg_hawkes2_likelihood;

pg_kstatus pg_hawkes2_loglik(pg_hawkes2_likelihood *out, const pg_hawkes2 *params, const double *buy_s, size_t n_buys,
                             const double *sell_s, size_t n_sells, double horizon_s);

/* Streaming filter of the two-sided process. Set params, zero the rest. O(1) an event, one exp. A branching ratio
 * of 1 or more can be filtered (seed 003's defaults have 4) but not fitted or simulated. */
typedef struct {
    pg_hawkes2 params;
    double buys, sells; /* sums of e^{-beta age} at time_s */
    double time_s;
    int64_t n;
} pg_hawkes_filter;

pg_kstatus pg_hawkes_filter_event(pg_hawkes_filter *filter, double time_s, int side);

typedef struct {
    double buy, sell; /* 1/s */
    double imbalance; /* (buy - sell)/(buy + sell) */
    double ratio;     /* (buy + sell)/(mu_buy + mu_sell) */
} pg_hawkes_intensity;

pg_kstatus pg_hawkes_filter_read(pg_hawkes_intensity *out, const pg_hawkes_filter *filter, double time_s);

/* Expected number of events over h seconds from an intensity now, with offspring: decay beta (1-n), long-run mean
 * mu/(1-n). n = 1 is the limit. */
double pg_hawkes_expected(double intensity, double mu, double branching, double beta, double horizon_s);

#endif
