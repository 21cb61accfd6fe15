/* Microstructure noise: a Kalman local level on ln mid, and Roll's covariance estimate.
 *
 * Local level: x_t = x_{t-1} + w, w ~ N(0, Q dt); y = x + e, e ~ N(0, R); all in relative units squared.
 * Roll (1984): noise variance = -(lag-1 autocovariance of returns), half-spread its root. */
#ifndef PG_KERNELS_NOISE_H
#define PG_KERNELS_NOISE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernel_status.h"

/* Zero-initialise: starts at the first observation with P = R. */
typedef struct {
    double x, p;
    bool started;
} pg_local_level;

typedef struct {
    double x, p;       /* filtered ln price and its variance */
    double gain;       /* of this step; 1 at the start */
    double innovation; /* y less the prediction */
    double z;          /* innovation / sqrt(P + R) */
} pg_local_level_step;

/* Q per second, dt in s. Negative Q or dt, R <= 0: invalid_params; non-finite y: bad_input. O(1). */
pg_kstatus pg_local_level_update(pg_local_level_step *out, pg_local_level *state, double y, double q, double r,
                                 double dt_s);

/* Gain in the long run: (-s + sqrt(s^2 + 4 s))/2 with s = Q dt/R. */
double pg_local_level_steady_gain(double q, double r, double dt_s);

/* R = max((spread_rel/4)^2, Roll noise); Q = sigma_rel^2 times clamp(activity ratio, 0.5, 5). */
double pg_local_level_r(double spread_rel, double roll_noise);
double pg_local_level_q(double sigma_rel, double activity_ratio);

typedef struct {
    double autocov;     /* centred, divisor n-1 */
    double noise;       /* variance, fraction^2; 0 when not identified */
    double half_spread; /* fraction */
} pg_roll;

/* n < min_n (20): warmup; autocovariance >= 0: nonnegative_autocov with noise 0. O(n). */
pg_kstatus pg_roll_estimate(pg_roll *out, const double *r, size_t n, size_t min_n);

#endif
