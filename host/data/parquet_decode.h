/* The values of one page, in any of Parquet's encodings, decoded a batch at a time. */
#ifndef PG_DATA_PARQUET_DECODE_H
#define PG_DATA_PARQUET_DECODE_H

#include "data/parquet_delta.h"
#include "data/parquet_rle.h"
#include "data/parquet_schema.h"

/* A dictionary page, decoded. */
typedef struct {
    const uint8_t *values;   /* of fixed size, one behind the other; not for byte arrays */
    pg_parquet_bytes *views; /* of byte arrays (fixed or not), into the page; owned */
    size_t n;
    bool present;
} pg_parquet_dictionary;

typedef struct {
    const pg_parquet_column *column;
    const pg_parquet_dictionary *dictionary;
    pg_parquet_encoding encoding;
    const uint8_t *p, *end;   /* what was not decoded yet of PLAIN values and of byte arrays */
    size_t taken;             /* values that were read */
    size_t stride;            /* BYTE_STREAM_SPLIT: values of the page */
    pg_rle rle;               /* indexes, booleans */
    pg_delta delta, suffixes; /* integers, lengths, prefixes */
    size_t budget;            /* DELTA_BYTE_ARRAY: bytes that the page may still grow to */
    pg_parquet_buffer arena;  /* the batch's byte arrays that stand nowhere as a whole */
    pg_parquet_buffer last;   /* DELTA_BYTE_ARRAY: the value before this batch */
    uint32_t *indexes;        /* PG_PARQUET_BATCH */
    int64_t *numbers;         /* 2 * PG_PARQUET_BATCH */
} pg_parquet_decoder;

/* Makes room for what decoding a column needs. PG_ERR_MEMORY. */
pg_status pg_parquet_decoder_init(pg_parquet_decoder *decoder, const pg_parquet_column *column, pg_error *err);
void pg_parquet_decoder_free(pg_parquet_decoder *decoder);

/* Starts a page: its values without the levels. PG_PARQUET_SLACK bytes behind them can be read. dictionary and data
 * must outlive the decoding; budget: bytes that the values may come to. Errors: PG_ERR_CORRUPT, PG_ERR_UNSUPPORTED. */
pg_status pg_parquet_decoder_start(pg_parquet_decoder *decoder, int encoding, const uint8_t *data, size_t size,
                                   const pg_parquet_dictionary *dictionary, size_t budget, pg_error *err);

/* Decodes the next n (at most PG_PARQUET_BATCH) values: int32_t, int64_t, float, double, 12 bytes of an INT96, a byte
 * (0 or 1) of a boolean, or a pg_parquet_bytes, which stays valid until the next call. */
pg_status pg_parquet_decoder_read(pg_parquet_decoder *decoder, void *values, size_t n, pg_error *err);

/* Decodes a dictionary page of n values. data must outlive the dictionary. Errors: PG_ERR_CORRUPT, PG_ERR_MEMORY. */
pg_status pg_parquet_dictionary_read(pg_parquet_dictionary *dictionary, const pg_parquet_column *column,
                                     const uint8_t *data, size_t size, size_t n, pg_error *err);
void pg_parquet_dictionary_free(pg_parquet_dictionary *dictionary);

/* Whether the values of a column are pg_parquet_bytes. */
static inline bool pg_parquet_is_bytes(pg_parquet_type type)
{
    return type == PG_PARQUET_BYTE_ARRAY || type == PG_PARQUET_FIXED;
}

#endif
