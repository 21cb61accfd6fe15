/* The packed tape: the same events as a tape's in about a tenth of the space, as a file that grows.
 *
 * Layout (little-endian): a header page like a tape's (another magic), then blocks of up to PG_PACKED_EVENTS events,
 * each with a head (counts, times, checksum) and the block's columns compressed with zstd. Every block stands by itself
 * and is written at once: after a crash all blocks but a torn last one are there. A file that was closed ends with an
 * empty block. */
#ifndef PG_DATA_PACKED_H
#define PG_DATA_PACKED_H

#include "data/tape.h"

enum { PG_PACKED_EVENTS = 8192 };

bool pg_packed_is(const char *path);

/* ---- reading ---- */

typedef struct pg_packed pg_packed;

/* Errors: PG_ERR_NOT_FOUND, PG_ERR_IO, PG_ERR_CORRUPT (the header), PG_ERR_UNSUPPORTED (another version). */
pg_status pg_packed_open(pg_packed **packed, const char *path, pg_error *err);
void pg_packed_close(pg_packed *packed);
const pg_tape_info *pg_packed_info(const pg_packed *packed);

/* The next block's events, valid until the next call; *n is 0 at the end, or where the file is torn (*torn is the
 * number of bytes behind the last whole block). PG_ERR_CORRUPT for a damaged block with others behind it. */
pg_status pg_packed_next(pg_packed *packed, const pg_event **events, size_t *n, uint64_t *torn, pg_error *err);

/* After PG_ERR_CORRUPT: goes to the next sound block; false when there is none. *lost: events of the damaged one. */
bool pg_packed_skip(pg_packed *packed, uint64_t *lost);

/* True when the file was closed: nothing is missing at its end. Once the end is reached. */
bool pg_packed_is_whole(const pg_packed *packed);

/* Where the next block begins: bytes that were read. */
uint64_t pg_packed_at(const pg_packed *packed);

/* ---- writing ---- */

typedef struct pg_packed_writer pg_packed_writer;

/* Makes PATH anew; it is there under its name from the start. The lock keeps a second process off it (PG_ERR_STATE).
 * Errors: PG_ERR_INVALID (info), PG_ERR_IO, PG_ERR_MEMORY. */
pg_status pg_packed_writer_open(pg_packed_writer **writer, const char *path, const pg_tape_info *info, pg_error *err);

/* Appends events, which are written when a block is full. local_ns must not go back: PG_ERR_INVALID. */
pg_status pg_packed_writer_append(pg_packed_writer *writer, const pg_event *events, size_t n, pg_error *err);

/* Writes what waits as a block. After PG_ERR_IO nothing of it is in the file; it may be tried again. */
pg_status pg_packed_writer_flush(pg_packed_writer *writer, pg_error *err);

/* Flushes, and waits until it is on the disk: a power cut takes nothing of it away. Does nothing when nothing is new. */
pg_status pg_packed_writer_sync(pg_packed_writer *writer, pg_error *err);

uint64_t pg_packed_writer_count(const pg_packed_writer *writer); /* events that were appended */
uint64_t pg_packed_writer_bytes(const pg_packed_writer *writer); /* in the file */

/* Flushes, ends the file and syncs it. The writer is gone afterwards, whatever happened. */
pg_status pg_packed_writer_close(pg_packed_writer *writer, pg_error *err);

/* Leaves the file as it is. NULL is allowed. */
void pg_packed_writer_abandon(pg_packed_writer *writer);

#endif
