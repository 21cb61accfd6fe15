/* The data files that a user means: files as they are, and folders for the recordings below them. */
#ifndef PG_DATA_FILES_H
#define PG_DATA_FILES_H

#include "base/status.h"

enum { PG_FILES_MAX = 4096 };

typedef struct {
    char **paths;
    int n;
} pg_files;

/* Expands each folder into what is recorded below it, in order of path. Where the same is there in several forms, the
 * fullest counts: tapes before event Parquet before other tables. Unfinished files (.tmp) are left out. Errors:
 * PG_ERR_NOT_FOUND for a folder without data, PG_ERR_FULL above PG_FILES_MAX. */
pg_status pg_files_expand(pg_files *files, const char *const *paths, int n, pg_error *err);
void pg_files_free(pg_files *files);

#endif
