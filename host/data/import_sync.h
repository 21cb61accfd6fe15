/* Puts book changes and snapshots of a venue that numbers them into the right order (part of the import).
 *
 * The rule is Binance's: changes up to a snapshot's number are in it already and are dropped, the first one after it
 * must reach back to it, and from then on each must follow the one before. Changes that were recorded before their
 * snapshot wait for it (a bounded number of them). */
#ifndef PG_DATA_IMPORT_SYNC_H
#define PG_DATA_IMPORT_SYNC_H

#include "data/defect.h"
#include "data/reader.h"

enum { PG_SYNC_WAITING_MAX = 1 << 18 }; /* events that wait for a snapshot: 16 MiB */

/* Takes events of one message, in order; an error ends the import. */
typedef pg_status (*pg_sync_sink)(void *context, const pg_event *events, size_t n, pg_error *err);

typedef struct {
    bool awaits_snapshot; /* a snapshot is known to come */
    bool has_last, fresh; /* fresh: nothing since the snapshot */
    uint64_t last;        /* number of the last change in the book */
    pg_event *waiting;    /* owned */
    size_t n_waiting, capacity;
    pg_defects *defects;
    pg_sync_sink sink;
    void *context;
} pg_import_sync;

void pg_import_sync_init(pg_import_sync *sync, bool awaits_snapshot, pg_defects *defects, pg_sync_sink sink,
                         void *context);
void pg_import_sync_free(pg_import_sync *sync);

/* Passes a BOOK or UPDATE message on to the sink, now or when its snapshot has come. `path` is for messages. */
pg_status pg_import_sync_take(pg_import_sync *sync, const pg_message *message, const char *path, pg_error *err);

/* At the end: what still waits for a snapshot is passed on without one. */
pg_status pg_import_sync_finish(pg_import_sync *sync, const char *path, int64_t local_ns, pg_error *err);

#endif
