/* Import: files of one market, foreign ones and such of our own events, merged in order of receive time, to a tape.
 *
 * Streaming, with bounded memory. A first look at the beginning of each file tells the decimals and how far the
 * recorder's clock is behind the venue's; when the rest of the data needs more decimals or a larger correction, the
 * import is done a second time with what is needed, so the tape never depends on how far the look went. */
#ifndef PG_DATA_IMPORT_H
#define PG_DATA_IMPORT_H

#include <stddef.h>

#include "data/defect.h"
#include "data/layout.h"
#include "data/tape.h"

enum { PG_IMPORT_INPUTS = 4096 };

/* Called now and then with the bytes read so far and in all; a NULL pointer is allowed where it is asked for. */
typedef void (*pg_progress)(void *context, uint64_t done, uint64_t total);

typedef struct {
    const char *path;
    const pg_layout *layout; /* NULL: a file of events (event_source.h) */
} pg_import_input;

typedef struct {
    const char *venue;  /* NULL: the layout's */
    const char *symbol; /* NULL: what rows or file names say */
    const char *tick;   /* decimal text; NULL: the layout's, else inferred */
    const char *lot;
    pg_progress progress;
    void *context;
} pg_import_options;

typedef struct {
    pg_tape_info info;
    uint64_t rows;
    uint64_t events;
    uint64_t of_kind[PG_EVENT_KINDS];
    int64_t first_ns, last_ns; /* local times */
    int passes;
    pg_defects defects;
} pg_import_summary;

/* Imports n files of one market to the tape `path`. The tick is the greatest common divisor of the book's prices (of
 * the trades' when there is no book), the lot that of all sizes, unless they are given.
 * Errors: those of reading (a row that its layout does not tolerate names file, line, column, what and remedy);
 * PG_ERR_INVALID for files of different markets or venues, no events at all, a receive clock more than an hour behind;
 * those of writing. On an error no tape is left behind. */
pg_status pg_import(const char *path, const pg_import_input *inputs, int n, const pg_import_options *options,
                    pg_import_summary *summary, pg_error *err);

#endif
