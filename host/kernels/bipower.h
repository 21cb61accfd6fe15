/* Realised and bipower variation: variance with and without jumps, the jump ratio and its test.
 *
 * Barndorff-Nielsen & Shephard (2004); the test is Huang & Tauchen (2005), ratio form with the maximum correction.
 * Returns are fractions per step; rv, bv are sums over the window (fraction^2), tq fraction^4. */
#ifndef PG_KERNELS_BIPOWER_H
#define PG_KERNELS_BIPOWER_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    int64_t n;
    double rv;             /* sum r^2 */
    double bv_raw;         /* (pi/2) sum |r_i||r_{i-1}|: the seed's definition */
    double bv;             /* bv_raw n/(n-1) */
    double tq;             /* tripower quarticity */
    double jump_variation; /* max(rv - bv, 0) */
    double jump_ratio;     /* rv/bv; NaN when bv = 0 */
    double rel_jump;       /* 1 - bv/rv; NaN when bv = 0 */
    double z;              /* one-sided: 2.326 at 1 %; NaN when bv = 0 */
} pg_bipower;

/* n < 3: too_few_points; bv = 0: zero_variation (rv and the sums are valid). O(n), three powers of 4/3 a step. */
pg_kstatus pg_bipower_window(pg_bipower *out, const double *r, size_t n);

/* One exponentially weighted scale (seed 003): rv <- a r^2 + (1-a) rv, bv <- a (pi/2)|r||r_prev| + (1-a) bv. */
typedef struct {
    double alpha;
    double rv, bv;   /* variance per step */
    double previous; /* |r| of the last step */
    int64_t n;
    double start; /* explicit starting variance, or NaN: rv starts at the first square, bv at the second return */
} pg_bipower_ewma;

void pg_bipower_ewma_init(pg_bipower_ewma *scale, double alpha, double start_variance);

pg_kstatus pg_bipower_ewma_update(pg_bipower_ewma *scale, double r);

/* rv, bv and rv/bv (NaN and zero_variation when bv = 0). PG_K_WARMUP before the second return. */
pg_kstatus pg_bipower_ewma_read(double *rv, double *bv, double *jump_ratio, const pg_bipower_ewma *scale);

/* Three scales; half-lives 5, 20, 100 steps in seed 003. */
typedef struct {
    pg_bipower_ewma fast, medium, slow;
} pg_bipower_scales;

/* Standard deviations per step. */
typedef struct {
    double sigma_clean;     /* sqrt(bv slow): without jumps */
    double sigma_total;     /* fast and slow rv mixed, weight of the fast one growing with fast/slow */
    double sigma_effective; /* clean and total mixed by the fast jump ratio */
    double jump_ratio;      /* of the fast scale */
} pg_bipower_sigma;

void pg_bipower_scales_init(pg_bipower_scales *scales, double fast_steps, double medium_steps, double slow_steps);

pg_kstatus pg_bipower_scales_update(pg_bipower_scales *scales, double r);

/* PG_K_WARMUP before min_returns returns; zero_variation when a bipower variation is zero. O(1). */
pg_kstatus pg_bipower_scales_read(pg_bipower_sigma *out, const pg_bipower_scales *scales, int64_t min_returns);

#endif
