/* Maximum-likelihood fit of GARCH(1,1): multi-start, quasi-Newton, Newton polish, standard errors.
 *
 * The returns are scaled to unit variance and the parameters transformed (spec 3.12.5; 1/nu instead of nu, so that the
 * Gaussian limit is an ordinary point). Twelve deterministic starts run together; a start is given up when it has come
 * to the same maximum as a better one, or, on long series, when several times the gain it predicts would not bring it
 * to the best. The metric of each start is its own OPG matrix, which saves most of the iterations of plain BFGS. */
#ifndef PG_KERNELS_GARCH_FIT_H
#define PG_KERNELS_GARCH_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/garch.h"
#include "kernels/kernel_status.h"

typedef struct {
    pg_garch_dist dist;
    pg_garch_init init;
    double init_value;
    bool zero_mean;          /* mu fixed at 0 */
    bool variance_targeting; /* omega = (1 - alpha - beta) sample variance; no standard errors */
    int32_t restarts;        /* random restarts around the best after the twelve starts; 100 is "python_garch" */
    uint64_t seed;           /* of the restarts; each has its own stream, so their split over calls does not matter */
    bool warm;               /* start from `start` alone (streaming refits; run all starts every tenth) */
    pg_garch_params start;
} pg_garch_options;

typedef struct {
    int64_t n;
    pg_garch_params params;
    double loglik, aic, bic;
    double persistence, uncond_var;
    double last_sigma2, last_e;
    double se_hessian[5], se_robust[5], se_opg[5]; /* mu, omega, alpha, beta, nu; NaN where not computed */
    double gradient_norm; /* of the scaled log-likelihood by the parameters, largest component over n */
    double backcast;
    uint32_t gates; /* PG_GATE_N below 100 returns */
    int64_t evaluations;
} pg_garch_fit;

/* work: n doubles. n < 10: too_few_points; constant series, and with t errors one that mostly stands still (more than
 * 2.05 zeros follow a zero for each return that does, or 2.05 zeros for each return: there is no maximum):
 * zero_variation; n < 100: low_quality; alpha < 1e-5, beta < 1e-5, alpha+beta > 1-1e-6, nu > 499 or nu < 2.06:
 * at_boundary, without standard errors; scaled gradient above 1e-4 a return: not_converged. Nothing allocated.
 * Typically 60 to 120 evaluations. */
pg_kstatus pg_garch_fit_run(pg_garch_fit *out, const double *r, size_t n, const pg_garch_options *options,
                            double *work);

#endif
