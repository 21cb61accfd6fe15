/* The text of a recorded file, plain or compressed (gzip, zstd: told by its first bytes), as a moving window.
 *
 * A second thread reads and decompresses ahead into a few chunks, so that decompression does not slow the parser down.
 * Memory is bounded: the chunks, and a window that grows up to PG_SOURCE_WINDOW_MAX for a very long line. */
#ifndef PG_DATA_SOURCE_H
#define PG_DATA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { PG_SOURCE_CHUNK = 256 * 1024, PG_SOURCE_CHUNKS = 4, PG_SOURCE_WINDOW_MAX = 16 * 1024 * 1024 };

typedef struct pg_source pg_source;

/* Errors: PG_ERR_NOT_FOUND, PG_ERR_IO, PG_ERR_INVALID (not a file), PG_ERR_MEMORY. */
pg_status pg_source_open(pg_source **source, const char *path, pg_error *err);
void pg_source_close(pg_source *source);

/* The text in the window: valid until the next pg_source_more. */
const char *pg_source_text(const pg_source *source, size_t *size);

/* Drops n bytes from the front of the window. */
void pg_source_skip(pg_source *source, size_t n);

/* Adds text to the window. *ended: there is no more. Errors: PG_ERR_IO, PG_ERR_CORRUPT (compressed data that are
 * damaged or cut off), PG_ERR_RANGE (the window is full: a line or document longer than it). */
pg_status pg_source_more(pg_source *source, bool *ended, pg_error *err);

/* The next line without its end ("\n" or "\r\n"), valid until the next call. *line is NULL at the end; *torn: the file
 * ends without a newline after it. Errors as for pg_source_more. */
pg_status pg_source_line(pg_source *source, const char **line, size_t *length, bool *torn, pg_error *err);

/* Bytes of the file that were read so far, for a progress bar. */
uint64_t pg_source_done(const pg_source *source);

#endif
