/* Copying recorded events from file to file: a period of a tape into any format, and what is sound of a damaged file. */
#ifndef PG_DATA_COPY_H
#define PG_DATA_COPY_H

#include "data/import.h"
#include "data/sink.h"

typedef struct {
    uint64_t events;             /* written */
    uint64_t lost;               /* known to be missing: in damaged blocks */
    uint64_t dropped;            /* that were not well formed */
    uint64_t gaps;               /* marked where something was left out */
    char warning[PG_ERROR_WHAT]; /* what was left out at the end; "" when nothing was */
} pg_copy_result;

/* Writes the events with from_ns <= local_ns < to_ns to a sink, after a snapshot of the book as it stood at from_ns. The
 * sink's path must not be there yet (PG_ERR_STATE). On an error no file is left but in folders. */
pg_status pg_copy_range(pg_copy_result *result, const pg_sink_config *to, const pg_tape *tape, int64_t from_ns,
                        int64_t to_ns, pg_progress progress, void *context, pg_error *err);

/* Writes a new file of events with what is sound in an old one, and GAP events where something is missing; the old file is
 * only read. config->info is taken from it. Errors: those of opening; a header that cannot be read is beyond repair. */
pg_status pg_copy_sound(pg_copy_result *result, const pg_sink_config *to, const char *path, pg_error *err);

#endif
