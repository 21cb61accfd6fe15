/* DELTA_BINARY_PACKED: integers as differences from the one before, packed in blocks with a width of their own. Sorted
 * times and slowly moving prices take a byte or two. */
#ifndef PG_DATA_PARQUET_DELTA_H
#define PG_DATA_PARQUET_DELTA_H

#include "data/parquet_buffer.h"

typedef struct {
    const uint8_t *p, *end;
    uint64_t left;      /* values that were not read yet */
    bool first;         /* the next one is the first: it stands in the header */
    uint32_t per_block; /* values of a block, and of each of its parts (miniblocks) */
    uint32_t per_part;
    uint32_t parts;
    uint32_t part;    /* the number of the part that is being read; parts: a new block is next */
    uint32_t in_part; /* differences of it that were taken; per_part: the next part is due */
    int width;
    const uint8_t *widths; /* one byte a part */
    const uint8_t *packed;
    uint64_t least; /* the block's smallest difference */
    uint64_t value; /* the last value */
} pg_delta;

/* Reads the header. Behind the bytes PG_PARQUET_SLACK bytes can be read. PG_ERR_CORRUPT. */
pg_status pg_delta_start(pg_delta *delta, const uint8_t *data, size_t size, pg_error *err);

/* The next n values; for 32-bit columns the lower half of each counts. PG_ERR_CORRUPT when there are not so many. */
pg_status pg_delta_read(pg_delta *delta, int64_t *values, size_t n, pg_error *err);

/* Where the encoded bytes end (what follows belongs to something else), without decoding the values. */
pg_status pg_delta_find_end(const uint8_t **end, const uint8_t *data, size_t size, pg_error *err);

/* Appends n values. bits: 32 or 64, those of the column. */
void pg_delta_write(pg_parquet_buffer *out, const int64_t *values, size_t n, int bits);

#endif
