/* Where events are written: one interface for every format of recordings.
 *
 *   TAPE      one file, mapped when it is read           PACKED   one file, a tenth of the size, grows block by block
 *   PARQUET   one file, a row an event                   CSV, PARTS   a folder with the tables of R1 and R2, below
 *
 * CSV: orderbook_depth.csv (a row for each message that changed the book, the best levels), full_depth.csv (a row a
 * level, of the venue's own snapshots), trades.csv; they go on where they ended. PARTS: orderbook_parts/ and
 * trades_parts/ with Parquet files of so many rows. Both hold books and trades only, in milliseconds.
 *
 * Writing is a function of the events and the mark that it begins with: the same ones again give the same files under
 * the same names. That is how a recording is repaired. */
#ifndef PG_DATA_SINK_H
#define PG_DATA_SINK_H

#include "data/tape.h"

typedef enum {
    PG_SINK_TAPE,
    PG_SINK_PACKED,
    PG_SINK_PARQUET,
    PG_SINK_CSV,
    PG_SINK_PARTS,
    PG_SINK_FORMATS
} pg_sink_format;

enum { PG_SINK_BOOK_ROWS = 25000, PG_SINK_TRADE_ROWS = 50000, PG_SINK_CSV_FILES = 3, PG_SINK_CSV_FLUSH = 100 };

/* How far the folders' files have come. */
typedef struct {
    uint64_t csv_bytes[PG_SINK_CSV_FILES]; /* orderbook_depth, trades, full_depth */
    uint64_t parts[2];                     /* files written so far: orderbook, trades */
} pg_sink_mark;

typedef struct {
    pg_sink_format format;
    const char *path; /* a file; the folder of CSV and PARTS, which is made */
    const pg_tape_info *info;
    int levels;        /* of CSV and PARTS; 0: PG_DEPTH_LEVELS */
    pg_sink_mark mark; /* CSV files are cut off here and gone on with */
} pg_sink_config;

typedef struct pg_sink pg_sink;

/* Errors: those of the format's writer. */
pg_status pg_sink_open(pg_sink **sink, const pg_sink_config *config, pg_error *err);

pg_status pg_sink_append(pg_sink *sink, const pg_event *events, size_t n, pg_error *err);

/* Makes what was appended visible to readers, where the format can. */
pg_status pg_sink_flush(pg_sink *sink, pg_error *err);

/* Ends and syncs what was written; *mark (may be NULL) is where it ended. The sink is gone, whatever happened. */
pg_status pg_sink_close(pg_sink *sink, pg_sink_mark *mark, pg_error *err);

/* Leaves off: files that are not finished are removed, CSV files stay as they are. NULL is allowed. */
void pg_sink_abort(pg_sink *sink);

/* "tape", "packed", "parquet", "csv", "parts"; -1 for another name. */
const char *pg_sink_format_name(pg_sink_format format);
int pg_sink_format_find(const char *name);

/* Where the files of a folder end now, for going on with what another program has begun. */
void pg_sink_find_mark(pg_sink_mark *mark, const char *folder);

#endif
