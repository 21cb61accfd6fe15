/* Recognises trades that a recording holds twice (venues replay recent trades when a stream is opened).
 *
 * Remembers at least the last ids of its window, at most twice as many: two generations of a hash table, the older one
 * forgotten when the younger is full. O(1). */
#ifndef PG_DATA_DEDUP_H
#define PG_DATA_DEDUP_H

#include <stdint.h>

#include "market/event.h"

enum { PG_DEDUP_WINDOW = 65536, PG_DEDUP_LEAST = 256 };

typedef enum { PG_DEDUP_NEW, PG_DEDUP_AGAIN, PG_DEDUP_OTHER } pg_dedup_result;

typedef struct pg_dedup pg_dedup;

/* For at least the last `window` ids, a power of two from PG_DEDUP_LEAST to PG_DEDUP_WINDOW; 64 bytes each. NULL when
 * there is no memory. */
pg_dedup *pg_dedup_new(int window);
void pg_dedup_free(pg_dedup *dedup);

/* PG_DEDUP_NEW: an id not seen before. PG_DEDUP_AGAIN: the same trade (id, price, size, side, exchange time) again.
 * PG_DEDUP_OTHER: another trade with an id that was seen. */
pg_dedup_result pg_dedup_add(pg_dedup *dedup, const pg_event *trade);

#endif
