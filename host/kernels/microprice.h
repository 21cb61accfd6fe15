/* Regression microprice (seed 003, spec 5.2): the expected mid 300 ms ahead from book and flow imbalance.
 *
 * At each book update (time, mid, I_b, I_f) is stored; the first update at or after time + horizon completes it with
 * y = mid'/mid - 1. Observations completed within the window enter centred sums; beta is the ridge solution with a
 * scale-free penalty. microprice = mid (1 + clamp(b_book I_b + b_flow I_f, +-max)); the intercept is estimated but not
 * applied. Observations overlap: t statistics of this regression would need Newey-West. */
#ifndef PG_KERNELS_MICROPRICE_H
#define PG_KERNELS_MICROPRICE_H

#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    int64_t time_ms, done_ms;
    double mid, book, flow, y;
} pg_microprice_entry;

typedef struct {
    int64_t horizon_ms, window_ms; /* 300, 60,000 */
    int64_t min_observations;      /* 50 */
    double ridge;                  /* 1e-3 */
    double max_adjustment;         /* 1e-3 (10 bps) */
    double min_r2;                 /* 1e-4 */
    double max_correlation;        /* 0.95: above it I_b + I_f is the one regressor */
} pg_microprice_options;

void pg_microprice_defaults(pg_microprice_options *options);

/* Set options and ring, zero the rest. A ring of window/update interval + horizon/interval entries suffices. */
typedef struct {
    pg_microprice_options options;
    pg_microprice_entry *ring;
    int64_t capacity;
    int64_t head, done, count; /* oldest; completed from head on; all */
    int64_t n_overwritten, n_updates, n_removed;
    double sb, sf, sy, sbb, sbf, sff, sby, sfy, syy; /* raw sums over the completed */
} pg_microprice;

typedef struct {
    int64_t n;
    double beta_book, beta_flow, r2, correlation;
    double adjustment, adjustment_clamped; /* fractions */
    double microprice;                     /* USD; the mid when the status is not ok */
    uint32_t gates;                        /* PG_GATE_COLLINEAR when one regressor was used */
} pg_microprice_estimate;

/* Takes in a book update. Bad values or times running backwards: bad_input. Amortised O(1). */
pg_kstatus pg_microprice_update(pg_microprice *state, int64_t time_ms, double mid, double book, double flow);

/* The estimate for the last update. n < min_observations: warmup; R^2 < min_r2: weak_signal; no variation of the
 * imbalances: degenerate_x. In all these microprice = mid, explicitly flagged by the status. O(1). */
pg_kstatus pg_microprice_read(pg_microprice_estimate *out, const pg_microprice *state);

#endif
