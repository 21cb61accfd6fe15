/* Straight-line regression with inference, by weighted least squares: y = intercept + slope x.
 *
 * Two-pass centred sums. sigma2 = sum w e^2 / (n-2); se_slope = sqrt(sigma2 / Sxx);
 * se_intercept = sqrt(sigma2 (1/sum w + xbar^2/Sxx)); r2 = 1 - SSR/SST. Cost O(n). */
#ifndef PG_KERNELS_OLS_H
#define PG_KERNELS_OLS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef enum {
    PG_CI_STUDENT = 0, /* t quantile with n-2 degrees of freedom (default) */
    PG_CI_NORMAL = 1   /* 1.96, as the seeds do; too narrow for few points */
} pg_ci;

typedef struct {
    int64_t n, df;
    double intercept, slope;
    double se_intercept, se_slope;
    double sigma2;             /* residual variance */
    double r2;                 /* NaN when y has no variation */
    double slope_lo, slope_hi; /* 95 % intervals */
    double intercept_lo, intercept_hi;
} pg_ols;

/* w may be NULL (all 1); weights must be >= 0. n < 3: too_few_points (points of weight 0 do not count);
 * Sxx <= 1e-14 max(1, sum w x^2): degenerate_x. */
pg_kstatus pg_ols_fit(pg_ols *out, const double *x, const double *y, const double *w, size_t n, pg_ci ci);

/* Two-regressor ridge from centred sums: beta = (S + l diag S)^-1 s, l scale-free.
 * r2 on the same data. A singular system (a regressor without variation) is degenerate_x. O(1). */
typedef struct {
    double beta1, beta2, r2;
} pg_ridge2;

pg_kstatus pg_ridge2_solve(pg_ridge2 *out, double s11, double s12, double s22, double s1y, double s2y, double syy,
                           double ridge);

#endif
