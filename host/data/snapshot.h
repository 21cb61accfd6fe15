/* A whole book as events: SNAPSHOT_BEGIN, a LEVEL for each level, best first, SNAPSHOT_END. A file of events that begins
 * in the middle of a market begins with one, so that it can be used by itself. */
#ifndef PG_DATA_SNAPSHOT_H
#define PG_DATA_SNAPSHOT_H

#include "market/book.h"

typedef struct {
    pg_event *events; /* owned */
    size_t n, capacity;
    pg_level *levels;
    int room;
} pg_snapshot;

/* Fills snapshot->events with the book at a local time; flags (PG_EVENT_REPEATED or 0) go into all of them.
 * PG_ERR_MEMORY. */
pg_status pg_snapshot_make(pg_snapshot *snapshot, const pg_book *book, int64_t local_ns, uint16_t flags, pg_error *err);
void pg_snapshot_free(pg_snapshot *snapshot);

#endif
