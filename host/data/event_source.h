/* Events in order from a file of Perigee's own: a tape, a packed tape, or an event Parquet file. One reader for all of
 * them, with bounded memory. */
#ifndef PG_DATA_EVENT_SOURCE_H
#define PG_DATA_EVENT_SOURCE_H

#include <stdbool.h>

#include "data/tape.h"

typedef enum { PG_EVENTS_NONE, PG_EVENTS_TAPE, PG_EVENTS_PACKED, PG_EVENTS_PARQUET } pg_events_form;

/* What a file is; NONE for one that holds no events of ours, or is not there. */
pg_events_form pg_events_form_of(const char *path);

typedef struct pg_event_source pg_event_source;

/* Errors: those of opening; PG_ERR_UNSUPPORTED for a file of none of the forms. What is torn at the end is left out. */
pg_status pg_event_source_open(pg_event_source **source, const char *path, pg_error *err);
void pg_event_source_close(pg_event_source *source);

const pg_tape_info *pg_event_source_info(const pg_event_source *source);

/* What was left out at the end, "" when nothing was; complete once the end is reached. */
const char *pg_event_source_warning(const pg_event_source *source);

/* The next run of events, valid until the next call; *n is 0 at the end. Errors: PG_ERR_IO, PG_ERR_CORRUPT. */
pg_status pg_event_source_next(pg_event_source *source, const pg_event **events, size_t *n, pg_error *err);

/* Goes on behind damaged data after PG_ERR_CORRUPT; false when there is no way. *lost: events that are missing, as far
 * as that is known. */
bool pg_event_source_skip(pg_event_source *source, uint64_t *lost);

/* Bytes of the file read so far. */
uint64_t pg_event_source_done(const pg_event_source *source);

#endif
