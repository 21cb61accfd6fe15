/* Volatility regimes with asymmetric hysteresis (seed 003, spec 3.6).
 *
 * Class: extreme if jump ratio > 3 or s > 3; high if s > 1.5; low if s < 0.5; else normal, with
 * s = sigma_effective / sigma_baseline. A rise is accepted after 2 consecutive updates, a fall after 8. O(1). */
#ifndef PG_KERNELS_REGIME_H
#define PG_KERNELS_REGIME_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef enum { PG_REGIME_LOW = -1, PG_REGIME_NORMAL = 0, PG_REGIME_HIGH = 1, PG_REGIME_EXTREME = 2 } pg_regime_code;

/* Zero-initialise (normal). */
typedef struct {
    int32_t code;      /* accepted */
    int32_t candidate; /* class seen last */
    int32_t run;       /* consecutive updates on the same side of `code` */
    int64_t n;
} pg_regime;

typedef struct {
    int32_t code;
    bool toxic;                                 /* jump ratio > 3, at once */
    double spread_multiplier, gamma_multiplier; /* .8/1/1.5/2.5 and .8/1/1.5/3; offered, not applied */
} pg_regime_state;

/* sigma_effective and sigma_baseline in the same unit. A missing (<= 0) baseline: warmup; NaN: bad_input. */
pg_kstatus pg_regime_update(pg_regime_state *out, pg_regime *regime, double sigma_effective, double sigma_baseline,
                            double jump_ratio);

#endif
