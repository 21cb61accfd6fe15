/* Quasi-Newton minimiser for small smooth problems (up to 8 variables): BFGS with a starting metric of the caller's.
 *
 * GSL's vector_bfgs2 starts from the identity, which costs tens of evaluations before it knows the scales; here the
 * caller can give an inverse Hessian (an OPG estimate, for a likelihood), and evaluations are all that counts.
 * Nocedal & Wright (2006), algorithm 6.1, cubic-interpolated backtracking with the Wolfe curvature test. */
#ifndef PG_KERNELS_MINIMIZE_H
#define PG_KERNELS_MINIMIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

enum { PG_MINIMIZE_MAX = 8 };

/* Value at x, gradient into g[n]; infinity (or NaN) outside the domain. */
typedef double (*pg_objective)(const double *x, double *g, void *context);

typedef struct {
    int32_t n;
    double x[8], g[8], value;
    double inverse[64]; /* approximate inverse Hessian, row-major n x n */
    int64_t iterations, evaluations;
} pg_minimum;

/* Starts at x[n] (not inside *m): evaluates there; the metric is the identity scaled for a first step of length 1. */
pg_kstatus pg_minimize_start(pg_minimum *m, const double *x, int32_t n, pg_objective f, void *context);

/* Sets the metric to the inverse of a symmetric positive definite matrix (row-major); false when it is not. */
bool pg_minimize_metric(pg_minimum *m, const double *hessian);

/* Runs until |g|_inf < tolerance or max_iterations more. not_converged: limit reached or no further decrease. */
pg_kstatus pg_minimize_run(pg_minimum *m, pg_objective f, void *context, double tolerance, int64_t max_iterations);

/* Inverse of a symmetric positive definite matrix, n <= 8, row-major, by Cholesky; false when not positive definite. */
bool pg_spd_inverse(double *inverse, const double *matrix, int32_t n);

/* Largest |g_i|. */
double pg_gradient_norm(const double *g, int32_t n);

#endif
