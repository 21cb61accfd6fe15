/* The least and the greatest value of a column of a row group, as they are written into its statistics. */
#ifndef PG_DATA_PARQUET_RANGE_H
#define PG_DATA_PARQUET_RANGE_H

#include "data/parquet_meta.h"

enum { PG_PARQUET_RANGE_BYTES = 64 }; /* with a longer byte array among the values the range is left out */

typedef struct {
    bool any;    /* there was a value (that is not NaN) */
    bool beyond; /* a byte array was too long */
    int64_t nans;
    int64_t min_integer, max_integer; /* unsigned ones moved by 2^63, so that they compare as signed ones */
    double min_number, max_number;
    size_t min_size, max_size;
    uint8_t min[PG_PARQUET_RANGE_BYTES], max[PG_PARQUET_RANGE_BYTES]; /* byte arrays; all types at the end */
} pg_parquet_range;

/* Adds the n values of a page: numbers, booleans as bytes, byte arrays in PLAIN form. */
void pg_parquet_range_add(pg_parquet_range *range, const pg_parquet_column *column, const uint8_t *values, size_t n);

/* Sets min, max and nans of the statistics, which point into the range afterwards. */
void pg_parquet_range_finish(pg_parquet_range *range, const pg_parquet_column *column, pg_parquet_raw_statistics *s);

#endif
