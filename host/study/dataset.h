/* Opening data as a user names it: a tape, or recordings of one market in any known layout. */
#ifndef PG_STUDY_DATASET_H
#define PG_STUDY_DATASET_H

#include "data/tape.h"

typedef struct {
    const char *layout; /* name of a shipped layout, or a .lua file; NULL: chosen by the look of the files */
    const char *symbol; /* of foreign files; NULL: what they say */
    const char *venue;
    const char *cache; /* folder for imported tapes; NULL: .run/cache */
} pg_dataset_options;

/* Opens the data; foreign files are imported to the cache once. *warning (size bytes) says what was left out of a torn
 * tape, "" otherwise. */
pg_status pg_dataset_open(pg_tape **tape, const char *const *paths, int n, const pg_dataset_options *options,
                          char *warning, size_t size, pg_error *err);

#endif
