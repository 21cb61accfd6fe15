/* The keys of two numbers that were seen last, so that what a venue says twice counts once. Fixed size; the oldest key
 * is forgotten for a new one. */
#ifndef PG_VENUE_RECENT_H
#define PG_VENUE_RECENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef struct pg_recent pg_recent;

/* Keeps `capacity` keys (1 .. 2^20). Errors: PG_ERR_INVALID, PG_ERR_MEMORY. */
pg_status pg_recent_new(pg_recent **recent, int capacity, pg_error *err);
void pg_recent_free(pg_recent *recent);

/* True when the key is new; it is kept. About 10 ns. */
bool pg_recent_add(pg_recent *recent, uint64_t a, uint64_t b);

#endif
