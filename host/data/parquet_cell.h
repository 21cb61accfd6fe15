/* One value of a Parquet file as an importer wants it: a whole number, a floating-point number or text. */
#ifndef PG_DATA_PARQUET_CELL_H
#define PG_DATA_PARQUET_CELL_H

#include "data/parquet_buffer.h"
#include "data/parquet_read.h"

typedef enum {
    PG_PARQUET_CELL_NULL,
    PG_PARQUET_CELL_INTEGER, /* integers; booleans (0, 1); timestamps and dates in nanoseconds since 1970; times of the
                              * day in nanoseconds since midnight */
    PG_PARQUET_CELL_NUMBER,  /* float, double, half floats */
    PG_PARQUET_CELL_TEXT     /* byte arrays as they are; decimals as exact text ("-12.50") */
} pg_parquet_cell_kind;

typedef struct {
    pg_parquet_cell_kind kind;
    union {
        int64_t integer;
        double number;
        pg_parquet_bytes text; /* not terminated */
    };
} pg_parquet_cell;

enum { PG_PARQUET_DECIMAL_TEXT = 48 }; /* bytes of a decimal's text: sign, 39 digits, point, zero */

/* The kind of a column's cells that are not null. PG_ERR_UNSUPPORTED for decimals of more than 38 digits. */
pg_status pg_parquet_cell_kind_of(pg_parquet_cell_kind *kind, const pg_parquet_column *column, pg_error *err);

/* Converts the index-th value of a batch. A decimal's text is written into text[PG_PARQUET_DECIMAL_TEXT], other text is
 * a view of the batch. PG_ERR_RANGE for a time or an unsigned number that does not fit. */
pg_status pg_parquet_cell_read(pg_parquet_cell *cell, const pg_parquet_column *column, const pg_parquet_batch *batch,
                               size_t index, char *text, pg_error *err);

/* The bounds of a chunk's values in the unit of its cells; a bound that does not fit is the type's. False when they are
 * not known, or the cells are no integers. */
bool pg_parquet_cell_bounds(int64_t *min, int64_t *max, const pg_parquet_column *column,
                            const pg_parquet_statistics *statistics);

#endif
