/* Whole files and paths: the few things that the host does with them outside its own formats. */
#ifndef PG_BASE_FILE_H
#define PG_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { PG_PATH_SIZE = 1024 };

typedef struct {
    uint64_t bytes;
    int64_t modified_ns; /* nanoseconds since the Unix epoch */
} pg_file_info;

/* Size and time of change of a regular file. Errors: PG_ERR_IO, PG_ERR_INVALID for what is no regular file. */
pg_status pg_file_stat(const char *path, pg_file_info *info, pg_error *err);

/* Reads a whole file of at most `limit` bytes into a new buffer with a '\0' behind it; the caller frees *text.
 * Errors: PG_ERR_IO, PG_ERR_RANGE for a larger file, PG_ERR_MEMORY. */
pg_status pg_file_read(char **text, size_t *size, const char *path, size_t limit, pg_error *err);

/* Writes a whole file so that a reader sees the old or the new contents, never a part: PATH.tmp, fsync, rename. */
pg_status pg_file_write(const char *path, const void *data, size_t size, pg_error *err);

/* Makes a folder and the ones above it. No error when it exists. */
pg_status pg_file_make_folder(const char *path, pg_error *err);

/* "folder/name" into path[PG_PATH_SIZE]. PG_ERR_RANGE when it is too long. */
pg_status pg_file_join(char *path, const char *folder, const char *name, pg_error *err);

/* The part of a path after the last '/'. */
const char *pg_file_name(const char *path);

/* True when text ends with suffix. */
bool pg_text_ends_with(const char *text, const char *suffix);

/* Makes a rename inside a folder durable: syncs the folder that holds path. Failure is of no consequence here. */
void pg_file_sync_folder(const char *path);

#endif
