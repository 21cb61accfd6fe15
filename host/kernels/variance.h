/* Volatility of returns: sample, irregular, exponentially weighted, rolling.
 *
 * Returns r are fractions per step; dt_s is the step in seconds; sigma_rel is in 1/sqrt(s). */
#ifndef PG_KERNELS_VARIANCE_H
#define PG_KERNELS_VARIANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    int64_t n;
    double sigma_step; /* standard deviation of a step */
    double sigma_rel;  /* sigma_step / sqrt(dt) */
    double se_rel;     /* sigma_rel sqrt((kurtosis - 1) / (4 n)) */
} pg_sigma;

/* Sample standard deviation, divisor n-1 (seed "simple"). n < 2: too_few_points; all equal: zero_variation with 0. */
pg_kstatus pg_sigma_sample(pg_sigma *out, const double *r, size_t n, double dt_s);

/* sqrt(sum r^2 / sum dt) over steps with dt > 0, zero mean assumed (seed 002's collector). n < 2: too_few_points. */
pg_kstatus pg_sigma_irregular(double *sigma_rel, const double *r, const double *dt_s, size_t n);

/* Mean over `periods` equal consecutive parts of each part's standard deviation (seed 004's fallback). */
pg_kstatus pg_sigma_periods(double *sigma_rel, const double *r, size_t n, size_t periods, double dt_s);

/* Whether two estimates differ by no more than a factor (seed 004 rejects GARCH beyond 5 times the rolling value). */
bool pg_sigma_sane(double sigma, double reference, double ratio);

/* Exponentially weighted variance, zero mean: v <- a r^2 + (1-a) v (RiskMetrics 1996). Starts at the mean square of
 * the first start_count returns (1: the first square). With winsor_sigmas > 0 a larger |r| is cut to
 * winsor_sigmas * sqrt(v) and counted. O(1). */
typedef struct {
    int64_t start_count;
    double winsor_sigmas; /* 0: off */
    int64_t n, n_winsorised;
    double variance, start_sum;
} pg_ewma_variance;

/* alpha: weight of the new square in (0, 1]; 1 - lambda, or pg_ewma_alpha, pg_ewma_alpha_dt of a half-life. */
pg_kstatus pg_ewma_variance_update(pg_ewma_variance *state, double r, double alpha);

/* Variance per step. PG_K_WARMUP before start_count returns. */
pg_kstatus pg_ewma_variance_read(double *variance, const pg_ewma_variance *state);

/* Rolling standard deviation over the last window_s seconds, on the caller's ring. */
typedef struct {
    double window_s;
    double *time_s, *r; /* rings of `capacity` */
    int64_t capacity, head, count;
    int64_t n_updates, n_overwritten; /* returns pushed out before their time because the ring was full */
    double mean, m2;
} pg_rolling;

/* Takes in a return at a time that must not run backwards. O(1) amortised; the sums are rebuilt from the ring every
 * 2^16 updates so that rounding does not accumulate. */
pg_kstatus pg_rolling_update(pg_rolling *state, double time_s, double r);

/* Standard deviation of a step (n-1). Fewer than 2 returns: too_few_points; all equal: zero_variation. */
pg_kstatus pg_rolling_read(double *sigma_step, int64_t *n, const pg_rolling *state);

#endif
