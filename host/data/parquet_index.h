/* The distinct values of a column being written, each with its number: what becomes a dictionary page. */
#ifndef PG_DATA_PARQUET_INDEX_H
#define PG_DATA_PARQUET_INDEX_H

#include "data/parquet_buffer.h"
#include "data/parquet_format.h"

typedef struct {
    pg_parquet_buffer plain;   /* the values in PLAIN encoding, in the order of their numbers */
    pg_parquet_buffer offsets; /* of byte arrays: where each begins in plain (uint32_t) */
    size_t n;
    uint32_t *slots; /* a hash table of number + 1, 0: empty */
    size_t n_slots;  /* a power of two */
    size_t width;    /* bytes of a value, 4 or 8; 0 for byte arrays */
    size_t limit;    /* bytes that plain may have */
} pg_parquet_index;

enum { PG_PARQUET_INDEX_MAX = 1 << 24 }; /* bytes of a dictionary, at most */

/* width: 4, 8, or 0 for byte arrays. limit: bytes of the dictionary, up to PG_PARQUET_INDEX_MAX. */
void pg_parquet_index_init(pg_parquet_index *index, size_t width, size_t limit);
void pg_parquet_index_free(pg_parquet_index *index);

/* Forgets all values and keeps the memory. */
void pg_parquet_index_clear(pg_parquet_index *index);

/* The number of a value, which is added when it is new; false when it would not fit, or without memory. */
bool pg_parquet_index_number(pg_parquet_index *index, const void *value, uint32_t *number);
bool pg_parquet_index_bytes(pg_parquet_index *index, pg_parquet_bytes value, uint32_t *number);

#endif
