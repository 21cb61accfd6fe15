/* The bytes of a tape, shared by its reader (tape.c) and writer (tape_writer.c). Not for other floors.
 *
 * All numbers little-endian, as on every machine that Perigee runs on; checksums are zlib's CRC-32. */
#ifndef PG_DATA_TAPE_FORMAT_H
#define PG_DATA_TAPE_FORMAT_H

#include <stdint.h>

#include "data/tape.h"

#define PG_TAPE_MAGIC        "PGTAPE\r\n"
#define PG_TAPE_FOOTER_MAGIC "PGTAPEND"
#define PG_PACKED_MAGIC      "PGPACK\r\n"
enum { PG_TAPE_VERSION = 1, PG_TAPE_MAGIC_BYTES = 8 };

typedef struct {
    char magic[PG_TAPE_MAGIC_BYTES];
    uint32_t version;
    uint32_t event_bytes;
    uint32_t block_events;
    int32_t price_decimals;
    int32_t size_decimals;
    int32_t significant;
    int64_t tick;
    int64_t lot;
    int64_t min_size;
    int64_t min_notional;
    int64_t clock_offset_ns;
    char venue[PG_SYMBOL_SIZE];
    char symbol[PG_SYMBOL_SIZE];
    char source[128];
    uint8_t reserved[PG_TAPE_HEADER_BYTES - 4 - 248];
    uint32_t checksum; /* of all bytes before it */
} pg_tape_header;

typedef struct {
    int64_t first_ns; /* local_ns of the first event of the block */
    int64_t last_ns;
    uint32_t events;
    uint32_t checksum; /* of the block's records */
} pg_tape_block;

typedef struct {
    uint64_t events;
    uint64_t blocks;
    uint32_t index_checksum;
    uint32_t checksum; /* of the fields above */
    char magic[PG_TAPE_MAGIC_BYTES];
} pg_tape_footer;

_Static_assert(sizeof(pg_tape_header) == PG_TAPE_HEADER_BYTES &&
                   offsetof(pg_tape_header, checksum) == PG_TAPE_HEADER_BYTES - 4,
               "the header is one page, its checksum the last thing in it");
_Static_assert(sizeof(pg_tape_block) == 24 && sizeof(pg_tape_footer) == 32, "no padding in the tape's index");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tapes are written as they lie in memory");

/* Fills a header from what is known of a tape. */
void pg_tape_header_fill(pg_tape_header *header, const char magic[PG_TAPE_MAGIC_BYTES], const pg_tape_info *info);

/* Takes a header (PG_TAPE_HEADER_BYTES of them) apart. Errors: PG_ERR_CORRUPT, PG_ERR_UNSUPPORTED for another version. */
pg_status pg_tape_header_read(pg_tape_info *info, const uint8_t *bytes, const char magic[PG_TAPE_MAGIC_BYTES],
                              const char *path, pg_error *err);

/* PG_ERR_CORRUPT at a path, with what to do about it. */
pg_status pg_tape_corrupt(pg_error *err, const char *path, const char *what);

/* PATH.idx for PATH and for PATH.tmp alike, into path[size]; PG_ERR_RANGE when it does not fit. */
pg_status pg_tape_journal_path(char *journal, size_t size, const char *path, pg_error *err);

#endif
