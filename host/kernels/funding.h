/* Funding of perpetual futures: the smoothed rate, expected cost, prediction from the premium.
 *
 * Rates are fractions a period (1 h, 8 h); everything leaves as a fraction a second. Positive: longs pay. */
#ifndef PG_KERNELS_FUNDING_H
#define PG_KERNELS_FUNDING_H

#include <stdint.h>

#include "kernels/kernel_status.h"

/* Set period_s and half_life_periods (24), zero the rest. */
typedef struct {
    double period_s, half_life_periods;
    double rate; /* EWMA, a period */
    int64_t n;
} pg_funding;

/* A settled rate. O(1). */
pg_kstatus pg_funding_update(pg_funding *funding, double rate);

typedef struct {
    double rate;   /* a period */
    double rate_s; /* a second */
    double apr;    /* rate_s * 31,536,000 */
} pg_funding_estimate;

/* Fewer than 3 periods: warmup (NaN). */
pg_kstatus pg_funding_read(pg_funding_estimate *out, const pg_funding *funding);

/* Expected cost in USD of holding `position` (base units) at `mark` over a horizon; > 0: we pay. */
double pg_funding_cost(double position, double mark, double rate_s, double horizon_s);

/* PnL of a settlement: -position mark rate. */
double pg_funding_pnl(double position, double mark, double rate);

/* Next rate from the mean premium so far: clamp(premium + interest, +-cap), as venues publish it. */
double pg_funding_predict(double mean_premium, double interest, double cap);

#endif
