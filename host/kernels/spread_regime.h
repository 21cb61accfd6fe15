/* Where the present spread stands among those of the last minutes: percentile, regime, multiplier.
 *
 * Relative spreads (fractions). Percentile = (#less + 0.5 #equal)/n; tight below 0.25, wide above 0.75. */
#ifndef PG_KERNELS_SPREAD_REGIME_H
#define PG_KERNELS_SPREAD_REGIME_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* Exact percentile of `current` among n samples. n < 20: warmup. O(n). */
pg_kstatus pg_spread_percentile(double *percentile, const double *spread, size_t n, double current);

/* 0.8 when tight, 1.5 when wide, else 1 (seed 003's gamma multiplier). */
double pg_spread_multiplier(double percentile);

enum { PG_SPREAD_BINS = 256 };

/* Streaming form: logarithmic histogram, 0.1 to 1000 bps, over a time window. Set window_s and the rings, zero the
 * rest. Resolution 3.7 %. Update O(1) with one logarithm, read O(bins). */
typedef struct {
    double window_s; /* 300 */
    double *ring_s;  /* rings of `capacity` */
    uint8_t *ring_bin;
    int64_t capacity, head, count, n_overwritten;
    int32_t bins[256];
} pg_spread_regime;

pg_kstatus pg_spread_regime_update(pg_spread_regime *state, double time_s, double spread);

/* Percentile of a spread among the window's samples. Fewer than 20: warmup, percentile NaN. */
pg_kstatus pg_spread_regime_read(double *percentile, const pg_spread_regime *state, double spread);

/* Mean reversion by the lag-1 autocorrelation of n equally spaced samples: rate = -ln(rho_1)/dt, mean theta.
 * n < 20: warmup; rho_1 outside (0,1): low_quality; constant: zero_variation. */
pg_kstatus pg_spread_reversion(double *rate, double *theta, const double *spread, size_t n, double dt_s);

/* Expected spread after h: S e^{-k h} + theta (1 - e^{-k h}). */
double pg_spread_expected(double spread, double rate, double theta, double horizon_s);

#endif
