/* Recognises trades that a recording holds twice (venues replay recent trades when a stream is opened).
 *
 * Remembers at least the last PG_DEDUP_WINDOW ids, at most twice as many: two generations of a hash table, the older one
 * forgotten when the younger is full. O(1), 4 MiB. */
#ifndef PG_DATA_DEDUP_H
#define PG_DATA_DEDUP_H

#include <stdint.h>

#include "market/event.h"

enum { PG_DEDUP_WINDOW = 65536 };

typedef enum { PG_DEDUP_NEW, PG_DEDUP_AGAIN, PG_DEDUP_OTHER } pg_dedup_result;

typedef struct pg_dedup pg_dedup;

pg_dedup *pg_dedup_new(void); /* NULL when there is no memory */
void pg_dedup_free(pg_dedup *dedup);

/* PG_DEDUP_NEW: an id not seen before. PG_DEDUP_AGAIN: the same trade (id, price, size, side, exchange time) again.
 * PG_DEDUP_OTHER: another trade with an id that was seen. */
pg_dedup_result pg_dedup_add(pg_dedup *dedup, const pg_event *trade);

#endif
