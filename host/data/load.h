/* Opening recorded data of any kind: a tape directly, foreign files by importing them to a tape in a cache first. */
#ifndef PG_DATA_LOAD_H
#define PG_DATA_LOAD_H

#include "data/import.h"

typedef struct {
    const pg_layout *layouts; /* to choose from by the look of each file */
    int n_layouts;
    const pg_layout *layout;  /* this one for all files; NULL: chosen */
    const char *cache;        /* folder for imported tapes; made when needed */
    bool fresh;               /* import even when the cache has the tape */
    pg_import_options import; /* of foreign files */
} pg_data_options;

/* Opens the data of one market: folders are expanded (files.h); one tape, or 1 to PG_IMPORT_INPUTS files of any kinds that are merged. An import is kept in the cache
 * under a hash of the files' paths, sizes and times, the layouts' texts, the options and the format version, and used
 * again while these are the same. *imported: an import was made, and *summary (may be NULL) filled; otherwise *summary
 * has only info, events and times. *warning (size bytes) as in pg_tape_open.
 * Errors: those of detecting, importing and opening. */
pg_status pg_data_open(pg_tape **tape, const char *const *paths, int n, const pg_data_options *options, bool *imported,
                       pg_import_summary *summary, char *warning, size_t size, pg_error *err);

/* Finds the layout of each of n files: none for a file of events, options->layout, else the one that fits best. */
pg_status pg_data_choose(pg_import_input *inputs, const char *const *paths, int n, const pg_data_options *options,
                         pg_error *err);

#endif
