/* Exponentially weighted mean: value <- alpha x + (1 - alpha) value, started at the first observation.
 *
 * The weight of a half-life h is 1 - 2^(-1/h) in steps, 1 - 2^(-dt/h) for irregular steps; the first-order form
 * ln2/h of seed 003 (limited to [0.001, 1]) is kept for comparison (3.5 % too large at h = 10). Cost O(1). */
#ifndef PG_KERNELS_EWMA_H
#define PG_KERNELS_EWMA_H

#include <stdint.h>

#include "kernels/kernel_status.h"

double pg_ewma_alpha(double half_life_steps);
double pg_ewma_alpha_dt(double dt_s, double half_life_s);
double pg_ewma_alpha_ln2(double half_life_steps);

/* Zero-initialised: no value yet. */
typedef struct {
    double value;
    int64_t n;
} pg_ewma;

/* Takes in x with weight alpha in (0, 1]. PG_K_BAD_INPUT for a non-finite x, PG_K_INVALID_PARAMS for alpha. */
pg_kstatus pg_ewma_update(pg_ewma *ewma, double x, double alpha);

/* PG_K_WARMUP before the first observation (value NaN). */
pg_kstatus pg_ewma_read(double *value, const pg_ewma *ewma);

#endif
