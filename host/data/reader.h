/* A reader of one file: rows (CSV, Parquet or JSON) turned into messages of events in order of time, or the events of a
 * file of our own as they are.
 *
 * It pairs one-sided quotes, gathers rows of levels into books, sorts out times (units, small steps back, sessions with
 * another clock, a receive clock that is behind), and leaves out, completes or refuses what is defective, as the layout
 * says, counting all of it. */
#ifndef PG_DATA_READER_H
#define PG_DATA_READER_H

#include "data/row.h"

#define PG_TIMELESS INT64_MIN /* local_ns of a snapshot without any time: it is older than everything else */

/* Kind of a message that comes from a file of events: nothing in it is to be judged or mended any more. */
#define PG_MESSAGE_EVENTS PG_RECORD_KINDS

/* What a venue sent at once: its events have the same times, the last one carries PG_EVENT_LAST. */
typedef struct {
    pg_record_kind kind;
    uint32_t has; /* PG_ROW_* */
    int64_t local_ns, exch_ns;
    uint64_t sequence, first_sequence, previous_sequence;
    uint64_t number;    /* line or document */
    int64_t skipped_ns; /* local time of the last row that was left out before it as a repetition, or INT64_MIN */
    pg_event *events;
    size_t n; /* 0 for an update without changes */
} pg_message;

typedef struct pg_reader pg_reader;

/* layout NULL: a file of events (event_source.h), whose decimals scale must reach. layout, scale and defects must outlive
 * the reader. clock_offset_ns is added to all receive times.
 * Errors: those of opening and of the header. */
pg_status pg_reader_open(pg_reader **reader, const char *path, const pg_layout *layout, pg_scale *scale,
                         pg_defects *defects, int64_t clock_offset_ns, pg_error *err);
void pg_reader_close(pg_reader *reader);

/* The next message, valid until the next call; NULL at the end. Errors: those of reading; a row with a defect that the
 * layout does not tolerate (PG_ERR_PARSE, PG_ERR_RANGE); a long step back in time (PG_ERR_INVALID). */
pg_status pg_reader_next(pg_reader *reader, pg_message **message, pg_error *err);

const char *pg_reader_path(const pg_reader *reader);
const pg_layout *pg_reader_layout(const pg_reader *reader);

/* The market's name: from the rows, else the file's name, else the layout; "" when nothing tells it. */
const char *pg_reader_symbol(const pg_reader *reader);

/* The least (receive time - venue time) of the rows so far, as recorded; INT64_MAX when no row had both. */
int64_t pg_reader_min_lag(const pg_reader *reader);

uint64_t pg_reader_rows(const pg_reader *reader);
uint64_t pg_reader_done(const pg_reader *reader); /* bytes of the file read so far */

#endif
