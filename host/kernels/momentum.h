/* Short-term momentum and the falling- and rising-knife scores (seed 003, spec 7.5).
 *
 * momentum = 1e4 * sum of log returns newer than the window (500 ms); scores = clamp(-+momentum/scale, 0, 3). */
#ifndef PG_KERNELS_MOMENTUM_H
#define PG_KERNELS_MOMENTUM_H

#include <stdint.h>

#include "kernels/kernel_status.h"

/* Set window_ms and the rings, zero the rest. */
typedef struct {
    double window_ms;
    double *ring_ms, *ring_r; /* rings of `capacity` */
    int64_t capacity, head, count, n_overwritten, n_updates;
    double sum;
} pg_momentum;

/* A log return that ended at this time. Amortised O(1); the sum is rebuilt every 2^16 updates. */
pg_kstatus pg_momentum_update(pg_momentum *state, double time_ms, double r);

typedef struct {
    double momentum_bps;
    double falling, rising; /* 0..3 */
} pg_momentum_scores;

/* Scores at a time, with a scale in bps (20, or pg_momentum_scale). An empty window gives 0. */
pg_kstatus pg_momentum_read(pg_momentum_scores *out, pg_momentum *state, double now_ms, double scale_bps);

/* k standard deviations over the window, in bps. */
double pg_momentum_scale(double sigma_rel, double window_ms, double k);

#endif
