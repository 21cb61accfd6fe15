/* Waiting longer after each failure: exponential, with full jitter, so that many clients do not come back at once. */
#ifndef PG_NET_BACKOFF_H
#define PG_NET_BACKOFF_H

#include <stdint.h>

#include "kernels/random.h"

typedef struct {
    int64_t first_ms;
    int64_t max_ms;
    int64_t ceiling_ms; /* of the next wait */
    pg_random random;
} pg_backoff;

/* The same seed draws the same waits. */
void pg_backoff_init(pg_backoff *backoff, int64_t first_ms, int64_t max_ms, uint64_t seed);

/* The next wait: drawn between 0 and a ceiling that doubles from first_ms to max_ms. */
int64_t pg_backoff_next(pg_backoff *backoff);

/* All is well: the ceiling is first_ms again. */
void pg_backoff_reset(pg_backoff *backoff);

#endif
