/* The bytes of a packed tape's blocks, shared by its reader and writer. */
#ifndef PG_DATA_PACKED_FORMAT_H
#define PG_DATA_PACKED_FORMAT_H

#include <stddef.h>
#include <zlib.h>

#include "data/packed.h"
#include "data/tape_format.h"

enum {
    PG_PACKED_MARK = 0x4b4c4250, /* "PBLK" */
    PG_PACKED_EVENT_MOST = 96    /* bytes of an event before zstd: at most ten numbers of ten bytes, less one */
};

typedef struct {
    uint32_t mark;
    uint32_t events;
    uint32_t raw;    /* bytes of the columns */
    uint32_t stored; /* and compressed, behind this head */
    int64_t first_ns, last_ns;
    uint32_t payload;  /* CRC-32 of the compressed bytes */
    uint32_t checksum; /* of the fields before it */
} pg_packed_head;

_Static_assert(sizeof(pg_packed_head) == 40, "no padding in a packed block's head");

static inline uint32_t pg_packed_check(const pg_packed_head *head)
{
    return (uint32_t)crc32(0, (const uint8_t *)head, offsetof(pg_packed_head, checksum));
}

/* What a block of n events can have at most before compression. */
static inline size_t pg_packed_most(size_t n)
{
    return n * PG_PACKED_EVENT_MOST + 128;
}

#endif
