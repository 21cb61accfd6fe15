/* Files that hold secrets: read only when nobody else may, written so that nobody else can. */
#ifndef PG_BASE_PRIVATE_FILE_H
#define PG_BASE_PRIVATE_FILE_H

#include <stddef.h>

#include "base/file.h"

/* Reads a whole regular file of at most `limit` bytes, with a '\0' behind it. PG_ERR_INVALID when others than its owner
 * may read or write it, saying what to do; otherwise errors as pg_file_read. pg_private_file_free wipes. */
pg_status pg_private_file_read(char **text, size_t *size, const char *path, size_t limit, pg_error *err);
void pg_private_file_free(char *text, size_t size);

/* Replaces a file whole, mode 0600, in two steps, so that what is written can be made of what is there: _begin takes
 * PATH.tmp, which nobody else can have at the same time; _commit writes and puts it in place; both give it up when they
 * fail, _abort in any case. PG_ERR_STATE when another process has it. */
typedef struct {
    int fd;
    char path[PG_PATH_SIZE], temporary[PG_PATH_SIZE + 8];
} pg_private_file;

pg_status pg_private_file_begin(pg_private_file *file, const char *path, pg_error *err);
pg_status pg_private_file_commit(pg_private_file *file, const void *data, size_t size, pg_error *err);
void pg_private_file_abort(pg_private_file *file);

#endif
