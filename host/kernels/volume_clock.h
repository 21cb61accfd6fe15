/* Volume clock: buckets of equal traded volume instead of equal time (seed 003).
 *
 * A bucket closes when its volume reaches the threshold; the next threshold is a fraction of the volume traded in the
 * last window (300 s), within [min, max]. A trade larger than the threshold closes one bucket and is not split.
 * Times ms, prices USD, sizes base units. Cost amortised O(1), nothing allocated. */
#ifndef PG_KERNELS_VOLUME_CLOCK_H
#define PG_KERNELS_VOLUME_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    int64_t start_ms, end_ms; /* of its first and last trade */
    double vwap, volume;
    double threshold; /* that it had to reach */
} pg_volume_bucket;

/* Set the settings and the rings, zero the rest; threshold starts at the initial one. */
typedef struct {
    double threshold;              /* of the bucket being filled */
    double fraction;               /* of the window's volume (0.01) */
    double min_bucket, max_bucket; /* limits of the threshold; max 0: none */
    int64_t window_ms;             /* 300,000 */
    int64_t *ring_ms;              /* rings of `capacity`, the caller's */
    double *ring_size;
    int64_t capacity, head, count;
    int64_t n_overwritten; /* trades pushed out before their time because the ring was full */
    int64_t n_buckets, n_updates;
    double ring_volume;
    double volume, value; /* of the open bucket: sum size, sum price size */
    int64_t start_ms, last_ms;
} pg_volume_clock;

/* Takes in a trade; *closed tells whether it closed a bucket, which is then in *bucket. Bad price, size <= 0 or time
 * running backwards: bad_input and no change. */
pg_kstatus pg_volume_clock_trade(pg_volume_bucket *bucket, bool *closed, pg_volume_clock *clock, int64_t time_ms,
                                 double price, double size);

#endif
