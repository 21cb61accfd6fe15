/* The tape: events of one market at rest, in a memory-mapped append-only file.
 *
 * Layout (little-endian, version 1):
 *   header   4096 bytes: magic, version, instrument and units, source, checksum of the header
 *   blocks   each PG_TAPE_BLOCK_EVENTS records of 64 bytes (the last one may be shorter), in file order,
 *            sorted by local_ns; records begin at offset 4096 and are contiguous, so that a mapped tape is one array
 *   index    after the last record: one entry a block (first and last local_ns, number of events, CRC-32 of its bytes),
 *            then a footer with the counts, the checksum of the index and a magic
 *
 * While a tape is being written it is PATH.tmp and has no index; the writer keeps a journal of block entries in a side
 * file (PATH.idx) so that after a crash the complete blocks are known to be good: PATH.tmp is opened like any tape. A
 * torn last block is detected when the tape is opened, dropped with a message, and never silently used. */
#ifndef PG_DATA_TAPE_H
#define PG_DATA_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"
#include "market/instrument.h"

enum { PG_TAPE_BLOCK_EVENTS = 4096, PG_TAPE_HEADER_BYTES = 4096 };

/* How a tape's local times came about. */
typedef struct {
    pg_instrument instrument;
    int64_t clock_offset_ns; /* added to the recorded receive times so that no event arrives before it happened */
    char source[128];        /* what it was made from: "import hyperliquid_bbo", "generate seed 7", ... */
} pg_tape_info;

/* ---- reading ---- */

typedef struct pg_tape pg_tape;

/* Maps a tape read-only and checks header, index and the last block (not every block's checksum: pg_tape_verify does
 * that), so that opening takes well under a millisecond at any length. A tape that was broken off is recovered by its
 * journal, whose blocks are all checked. A packed tape (packed.h) is unpacked into memory, 64 bytes an event. What is torn
 * is left out and described in *warning (size bytes; "" when all is well). Errors: PG_ERR_NOT_FOUND, PG_ERR_IO,
 * PG_ERR_CORRUPT (not a tape, checksum, cut off), PG_ERR_UNSUPPORTED (made by another version), PG_ERR_MEMORY. */
pg_status pg_tape_open(pg_tape **tape, const char *path, char *warning, size_t size, pg_error *err);
void pg_tape_close(pg_tape *tape);

const pg_tape_info *pg_tape_get_info(const pg_tape *tape);
const char *pg_tape_path(const pg_tape *tape);

/* All events of the tape, a contiguous array valid until the tape is closed. */
const pg_event *pg_tape_events(const pg_tape *tape);
size_t pg_tape_count(const pg_tape *tape);

/* Index of the first event with local_ns >= time_ns (count when there is none): by the time index, then bisection. */
size_t pg_tape_find(const pg_tape *tape, int64_t time_ns);

/* Whether a block of PG_TAPE_BLOCK_EVENTS events (the last one may be shorter) has the checksum that the index says. */
bool pg_tape_block_is_sound(const pg_tape *tape, size_t block);

/* True when path names a file that begins like a tape. */
bool pg_tape_is(const char *path);

/* Recomputes every block's checksum and checks that records are well formed and local times never go back.
 * Returns PG_ERR_CORRUPT naming the first bad block and record. */
pg_status pg_tape_verify(const pg_tape *tape, pg_error *err);

/* ---- writing ---- */

typedef struct pg_tape_writer pg_tape_writer;

/* Creates PATH (through PATH.tmp: a reader never sees half a tape under its final name).
 * The instrument in *info must have its decimals set; tick and lot may be changed until pg_tape_writer_close. */
pg_status pg_tape_writer_open(pg_tape_writer **writer, const char *path, const pg_tape_info *info, pg_error *err);

/* Appends one event. local_ns must not be below the last one's: PG_ERR_INVALID. Buffered by block. */
pg_status pg_tape_writer_append(pg_tape_writer *writer, const pg_event *event, pg_error *err);

/* Appends n events, as one by one. */
pg_status pg_tape_writer_append_all(pg_tape_writer *writer, const pg_event *events, size_t n, pg_error *err);

/* How many events were appended. */
uint64_t pg_tape_writer_count(const pg_tape_writer *writer);

/* Writes the last block, index and final header (with info's present contents), syncs, renames PATH.tmp to PATH. */
pg_status pg_tape_writer_close(pg_tape_writer *writer, const pg_tape_info *info, pg_error *err);

/* Throws away everything written. Allowed at any time instead of close. */
void pg_tape_writer_abort(pg_tape_writer *writer);

#endif
