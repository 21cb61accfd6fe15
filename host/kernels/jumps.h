/* Jumps of returns as a compound Poisson process, and the variance of prices with jumps.
 *
 * A return is a jump when |r| > c sigma_step, sigma_step = sqrt(BV/n) of the same window; c = 4 by default (3 sigma
 * flags 0.27 % of Gaussian returns). Sizes are fractions, lambda in 1/s. */
#ifndef PG_KERNELS_JUMPS_H
#define PG_KERNELS_JUMPS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    int64_t n_jumps;
    double sigma_step;
    double lambda, lambda_lo, lambda_hi; /* 1/s with exact Poisson 95 % interval */
    double mean, sd, second_moment;      /* of signed sizes (sd n-1); E[J^2] */
} pg_jumps;

/* window_s: time covered by the returns. Fewer than min_jumps (5): too_few_jumps, lambda and its interval valid, size
 * moments NaN. n < 3: too_few_points; BV = 0: zero_variation. O(n). */
pg_kstatus pg_jumps_estimate(pg_jumps *out, const double *r, size_t n, double window_s, double threshold_sigmas,
                             int64_t min_jumps);

/* Variance over a horizon: sigma_clean^2 h + lambda h E[J^2]. */
double pg_jumps_variance(double sigma_clean_rel, double lambda, double second_moment, double horizon_s);

#endif
