/* Reading Parquet files: what common writers (Arrow, Spark, DuckDB, Polars, fastparquet, Perigee) produce.
 *
 * A file is opened, which reads its description (the footer). Then a column of a row group (a chunk) is opened and
 * gives its values in batches, as they are in the file: values, definition levels and repetition levels, without conversion.
 * Only the columns and row groups that are asked for are read. data/parquet_rows.h gives whole rows instead.
 *
 * Memory is bounded whatever a file claims: by the footer's bytes (about ten times of them), and for each open chunk by
 * three pages (compressed, decompressed, dictionary) of at most the limit. A damaged or hostile file gives
 * PG_ERR_CORRUPT or PG_ERR_RANGE. Encryption, LZO, Brotli and columns in other files are PG_ERR_UNSUPPORTED.
 *
 * Levels, in short: max_definition counts the optional and repeated fields on the way from the root to the leaf, and a
 * value is there when its definition level is max_definition; a lower one tells which field on the way is null or
 * empty.
 * An entry with repetition level 0 starts a new row; a higher one goes on with the list of that depth. */
#ifndef PG_DATA_PARQUET_READ_H
#define PG_DATA_PARQUET_READ_H

#include "base/status.h"
#include "data/parquet_schema.h"

/* 0: the default. */
typedef struct {
    size_t footer_bytes; /* default 16 MiB */
    size_t page_bytes;   /* default 256 MiB */
} pg_parquet_limits;

typedef struct pg_parquet_file pg_parquet_file;

/* Opens a file. limits may be NULL. Errors: PG_ERR_NOT_FOUND, PG_ERR_IO, PG_ERR_INVALID (no regular file),
 * PG_ERR_CORRUPT (no Parquet file, cut off, damaged), PG_ERR_RANGE (a footer above the limit), PG_ERR_UNSUPPORTED. */
pg_status pg_parquet_open(pg_parquet_file **file, const char *path, const pg_parquet_limits *limits, pg_error *err);
void pg_parquet_close(pg_parquet_file *file);

/* True when path names a file that begins like a Parquet file. */
bool pg_parquet_is(const char *path);

size_t pg_parquet_columns(const pg_parquet_file *file);
const pg_parquet_column *pg_parquet_column_at(const pg_parquet_file *file, size_t column);

/* The column with that path; or the only one below the field of that name ("bids" finds "bids.list.element").
 * -1: none, -2: several. */
int pg_parquet_find(const pg_parquet_file *file, const char *name);

int64_t pg_parquet_row_count(const pg_parquet_file *file);
size_t pg_parquet_groups(const pg_parquet_file *file);
int64_t pg_parquet_group_rows(const pg_parquet_file *file, size_t group);

/* The compression of a chunk (pg_parquet_codec), and its bytes in the file. */
int pg_parquet_chunk_codec(const pg_parquet_file *file, size_t group, size_t column);
int64_t pg_parquet_chunk_bytes(const pg_parquet_file *file, size_t group, size_t column);

/* The value of a key of the file's metadata; data NULL when there is none. Not terminated. */
pg_parquet_bytes pg_parquet_metadata(const pg_parquet_file *file, const char *key);

/* The index-th key and its value; false behind the last one. */
bool pg_parquet_metadata_at(const pg_parquet_file *file, size_t index, pg_parquet_bytes *key, pg_parquet_bytes *value);

/* Who wrote the file, as it says. */
pg_parquet_bytes pg_parquet_created_by(const pg_parquet_file *file);

const char *pg_parquet_path(const pg_parquet_file *file);

/* ---- statistics ---- */

/* What is known about the values of a chunk. min and max are bounds: no value is outside. They are given for booleans
 * and integers (as integers; unsigned ones as far as they fit), floats and doubles (as numbers; NaN is never
 * counted) and byte arrays without a number's meaning. */
typedef struct {
    bool has_range;
    bool has_nulls;
    int64_t nulls;
    int64_t min, max; /* integers, booleans, times, decimals (unscaled) */
    double min_number, max_number;
    pg_parquet_bytes min_bytes, max_bytes;
} pg_parquet_statistics;

/* Takes statistics only where the format makes them trustworthy. False when there are none. */
bool pg_parquet_chunk_statistics(const pg_parquet_file *file, size_t group, size_t column, pg_parquet_statistics *s);

/* ---- chunks ---- */

typedef struct pg_parquet_chunk pg_parquet_chunk;

typedef struct {
    size_t entries;            /* values, nulls and empty lists; 0 at the end */
    size_t n;                  /* values that are there */
    size_t rows;               /* rows that begin in this batch */
    const uint8_t *definition; /* one level an entry; NULL when max_definition is 0 */
    const uint8_t *repetition; /* one level an entry; NULL when max_repetition is 0 */
    union {                    /* the n values, of the column's type */
        const void *values;
        const int32_t *i32;
        const int64_t *i64;
        const float *f32;
        const double *f64;
        const uint8_t *booleans;       /* 0 or 1 */
        const pg_parquet_bytes *bytes; /* PG_PARQUET_BYTE_ARRAY, PG_PARQUET_FIXED */
        const uint8_t *int96;          /* PG_PARQUET_INT96_BYTES each */
    };
} pg_parquet_batch;

/* Opens a column of a row group. The file must outlive it. Several chunks may be read at a time, each by one thread. */
pg_status pg_parquet_chunk_open(pg_parquet_chunk **chunk, const pg_parquet_file *file, size_t group, size_t column,
                                pg_error *err);
void pg_parquet_chunk_close(pg_parquet_chunk *chunk);

/* The next batch, of at most PG_PARQUET_BATCH entries; valid until the next call. Page checksums are verified where
 * they are present. Errors: PG_ERR_IO, PG_ERR_CORRUPT, PG_ERR_RANGE (a page above the limit), PG_ERR_UNSUPPORTED. After an
 * error only closing is allowed. */
pg_status pg_parquet_chunk_next(pg_parquet_chunk *chunk, pg_parquet_batch *batch, pg_error *err);

#endif
