/* What the files of the import share. */
#ifndef PG_DATA_IMPORT_INTERNAL_H
#define PG_DATA_IMPORT_INTERNAL_H

#include "data/aggressor.h"
#include "data/dedup.h"
#include "data/import.h"
#include "data/import_sync.h"
#include "data/reader.h"

/* A file. It is open only while the merge is within its time, so that there can be thousands. */
typedef struct {
    pg_import_input in;
    pg_reader *reader; /* NULL: not begun, or done */
    pg_message *head;  /* the next message */
    int64_t start_ns;  /* time of the first message, as the first look found it */
    uint64_t bytes;
} input;

typedef struct {
    const char *path;
    const pg_import_input *inputs;
    int n;
    const pg_import_options *options;
    pg_import_summary *summary;
    pg_error *err;

    pg_scale scale;
    int64_t clock_offset_ns;
    bool has_snapshot;
    int64_t min_lag_ns;
    uint64_t total_bytes;

    input *files; /* sorted */
    int *heap;    /* numbers of those that are not done, the one with the earliest message first */
    int heap_size;
    char venue[PG_SYMBOL_SIZE], symbol[PG_SYMBOL_SIZE]; /* of the market; "" until a file tells */
    int named;                                          /* the file that told the symbol */
    bool events_only;                                   /* all files are of events: nothing is inferred */
    pg_instrument given; /* of the files of events, in their decimals; tick 0: there are none */
    char given_source[128];
    int64_t given_offset_ns; /* the first one's clock offset */
    uint64_t done_bytes;     /* of the files that are done */
    pg_aggressor *aggressor; /* NULL: no sides are inferred */
    pg_tape_writer *writer;
    pg_dedup *dedup;
    pg_import_sync sync;
    int64_t max_gap_ns;
    int64_t last_ns;
    int64_t book_tick, trade_tick, lot; /* greatest common divisors so far, 0: none yet */
} importer;

/* ---- import_files.c ---- */

pg_status import_open_file(importer *im, input *f);

/* Notes its lag, rows and bytes. */
void import_close_file(importer *im, input *f);
void import_close_files(importer *im);

/* All files must be of one market: their venues agree, and their symbols where they tell one. */
pg_status import_check_market(importer *im, const input *f);

/* Time of a file's next message, or of its first one while it is not open. */
int64_t import_key(const input *f);

/* Prepares for the merge: no file is done. */
void import_fill(importer *im);

/* Moves the first file on to its next message. */
pg_status import_advance(importer *im);

/* The file whose message is the earliest; NULL at the end. */
pg_status import_earliest(importer *im, input **found);

#endif
