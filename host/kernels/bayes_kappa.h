/* Bayesian kappa: trade depths relative to mid are exponential(kappa), the prior is Gamma (seed 003, spec 4.10).
 *
 * Posterior Gamma(a0 + n, b0 + sum d), prior mean a0/b0 (500, i.e. 20 bps) and strength a0 (10 pseudo trades). n counts
 * trades, not volume (volume weights break conjugacy). Take depths beyond the touch (d - half-spread), else kappa is
 * biased low. Cost O(1). */
#ifndef PG_KERNELS_BAYES_KAPPA_H
#define PG_KERNELS_BAYES_KAPPA_H

#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    double prior_shape, prior_rate;
    double n, sum, sum_squares; /* of the depths, fading with pg_bayes_kappa_forget */
} pg_bayes_kappa;

typedef struct {
    double shape, rate;
    double kappa, sd, lo, hi; /* posterior mean, sd and 95 % interval; pure numbers */
    double cv;                /* sd (divisor n)/mean of the depths (exponential: 1); NaN below 2 */
    double kappa_adjusted;    /* kappa clamp(2 - cv, .5, 1) */
} pg_bayes_kappa_estimate;

/* Nonpositive mean or strength: invalid_params. */
pg_kstatus pg_bayes_kappa_init(pg_bayes_kappa *state, double prior_mean, double strength);

/* A trade at this relative depth >= 0. */
pg_kstatus pg_bayes_kappa_trade(pg_bayes_kappa *state, double depth_rel);

/* dt seconds pass: the data fade by 2^(-dt/half_life), the prior stays. */
pg_kstatus pg_bayes_kappa_forget(pg_bayes_kappa *state, double dt_s, double half_life_s);

/* Takes a trade that leaves a window out again. */
void pg_bayes_kappa_remove(pg_bayes_kappa *state, double depth_rel);

/* Never fails for want of data (the prior answers); cv > 1.2: low_quality (gate "tail"). */
pg_kstatus pg_bayes_kappa_read(pg_bayes_kappa_estimate *out, const pg_bayes_kappa *state);

#endif
