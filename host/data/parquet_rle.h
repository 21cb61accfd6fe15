/* Parquet's hybrid of run lengths and bit packing: levels and indexes into dictionaries. */
#ifndef PG_DATA_PARQUET_RLE_H
#define PG_DATA_PARQUET_RLE_H

#include "data/parquet_buffer.h"

typedef struct {
    const uint8_t *p, *end;
    int width;
    uint64_t repeated; /* values left of a run of equal ones, */
    uint32_t value;    /* ... and what they are */
    uint64_t packed;   /* values left of a packed run, */
    const uint8_t *at; /* ... where it begins and how many of it were taken */
    size_t taken;
    bool plain; /* all of it is one packed run, from the highest bit on: the old BIT_PACKED */
} pg_rle;

/* Starts at the encoded bytes, behind which PG_PARQUET_SLACK bytes can be read. width: bits of a value, 0 to 32. */
void pg_rle_start(pg_rle *rle, const uint8_t *data, size_t size, int width);

/* The deprecated BIT_PACKED encoding of n levels of up to 8 bits. */
void pg_rle_start_packed(pg_rle *rle, const uint8_t *data, size_t size, int width);

/* The next n values. PG_ERR_CORRUPT when there are not so many. */
pg_status pg_rle_read(pg_rle *rle, uint32_t *values, size_t n, pg_error *err);

/* The next n levels, none of which may be above max: PG_ERR_CORRUPT otherwise. */
pg_status pg_rle_read_levels(pg_rle *rle, uint8_t *levels, size_t n, int max, pg_error *err);

/* Appends n values, each below 2^width. */
void pg_rle_write(pg_parquet_buffer *out, const uint32_t *values, size_t n, int width);

/* Appends n levels of 0 or 1. The contents of scratch are lost. */
void pg_rle_write_levels(pg_parquet_buffer *out, pg_parquet_buffer *scratch, const uint8_t *levels, size_t n);

#endif
