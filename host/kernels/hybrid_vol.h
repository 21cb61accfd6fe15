/* Hybrid volatility: a fast EWMA grounded to a slow log-variance process followed by a particle filter (spec 3.10).
 *
 * Slow layer: h_t = mu + phi (h_{t-1} - mu) + eta, eta ~ N(0, s_eta^2), r_t ~ N(0, e^{h_t} dt); bootstrap filter with
 * systematic resampling when the effective sample size falls below N/2 (Gordon, Salmond & Smith 1993). Output
 * sigma = (1-w) sigma_EWMA + w sigma_PF, w = clamp(w0 max(0, 1 - u/sigma_PF)(1 - s min(cv, 1)), .05, .5).
 * sigma in 1/sqrt(s). Deterministic by its seed. Cost O(N) every `every` returns, O(1) between. */
#ifndef PG_KERNELS_HYBRID_VOL_H
#define PG_KERNELS_HYBRID_VOL_H

#include <stdint.h>

#include "kernels/kernel_status.h"
#include "kernels/random.h"

typedef struct {
    double mu, phi, s_eta;       /* -18, 0.95, 0.5 */
    double half_life_s;          /* of the fast layer, 60 */
    double base_weight;          /* w0, 0.2 */
    double activity_sensitivity; /* s, 0.5 */
    int64_t every;               /* returns to a slow update, 10 */
} pg_hybrid_options;

void pg_hybrid_defaults(pg_hybrid_options *options);

typedef struct {
    pg_hybrid_options options;
    pg_random random;
    double *h, *weight, *scratch; /* arrays of n_particles, the caller's */
    int64_t n_particles;          /* 1000 */
    double fast_variance;         /* per second */
    double batch_square, batch_s; /* sum of r^2 and of time since the last slow update */
    int64_t n, n_resampled;
    double sigma_pf, u, ess;
} pg_hybrid;

typedef struct {
    double sigma; /* 1/sqrt(s) */
    double sigma_fast, sigma_slow;
    double weight; /* of the slow layer */
    double ess;
} pg_hybrid_estimate;

/* Draws the particles from the stationary law. Bad options or n_particles < 2: invalid_params. */
pg_kstatus pg_hybrid_init(pg_hybrid *state, const pg_hybrid_options *options, uint64_t seed, double *h, double *weight,
                          double *scratch, int64_t n_particles);

/* A return over dt_s seconds. */
pg_kstatus pg_hybrid_update(pg_hybrid *state, double r, double dt_s);

/* cv: sd/mean of the fill or trade rate over the last 50 one-second bins. Before the first slow update: warmup. */
pg_kstatus pg_hybrid_read(pg_hybrid_estimate *out, const pg_hybrid *state, double cv);

#endif
