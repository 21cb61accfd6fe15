/* Stochastic variance by moments: mean reversion of the variance itself (Heston 1993; seed 003).
 *
 * Observations v_k: variance a second on windows of D seconds (at least 30 returns each). theta = mean;
 * kappa_v = -ln(rho_1)/D; xi^2 = 2 kappa_v Var(v)/theta (CIR, dv = kappa (theta - v) dt + xi sqrt(v) dZ) or
 * 2 kappa_v Var(v)/(theta^2 + Var(v)) (seed, xi v dZ); rho = corr(r, dv). Sampling error biases rho_1 down. */
#ifndef PG_KERNELS_STOCHASTIC_VARIANCE_H
#define PG_KERNELS_STOCHASTIC_VARIANCE_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef enum { PG_SV_CIR = 0, PG_SV_SEED003 = 1 } pg_sv_form;

typedef struct {
    int64_t n;
    double theta;   /* 1/s */
    double kappa_v; /* 1/s */
    double xi;
    double rho;   /* NaN without returns or without variation */
    double rho_1; /* lag-1 autocorrelation of v */
} pg_sv;

/* r may be NULL; r[k] is the return of window k. n < 20: warmup; rho_1 outside (0, 1): low_quality with kappa_v and xi
 * NaN; constant v: zero_variation. O(n). */
pg_kstatus pg_sv_fit(pg_sv *out, const double *v, const double *r, size_t n, double window_s, pg_sv_form form);

/* Mean variance over a horizon: theta + (v0 - theta)(1 - e^{-kT})/(kT). */
double pg_sv_forecast(const pg_sv *fit, double v0, double horizon_s);

#endif
