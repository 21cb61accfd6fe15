/* Numbers and words of the Parquet format, as its specification (parquet.thrift) gives them, and the bounds that
 * Perigee sets on what a file may claim. */
#ifndef PG_DATA_PARQUET_FORMAT_H
#define PG_DATA_PARQUET_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum {
    PG_PARQUET_DEPTH = 64,       /* levels of nesting in a schema: every level fits a byte */
    PG_PARQUET_COLUMNS = 10000,  /* columns (leaves) of a schema */
    PG_PARQUET_PATH = 1024,      /* bytes of a column's path with its '\0' */
    PG_PARQUET_PAIRS = 65536,    /* keys of a file's metadata */
    PG_PARQUET_BATCH = 8192,     /* entries (values and nulls) that are decoded at once */
    PG_PARQUET_MAGIC_BYTES = 4,  /* "PAR1" at both ends of a file */
    PG_PARQUET_TAIL = 8,         /* the length of the footer and the magic behind it */
    PG_PARQUET_INT96_BYTES = 12, /* a legacy timestamp: nanoseconds of the day (8 bytes), Julian day (4) */
    PG_PARQUET_JULIAN_1970 = 2440588
};

typedef enum {
    PG_PARQUET_BOOLEAN,
    PG_PARQUET_INT32,
    PG_PARQUET_INT64,
    PG_PARQUET_INT96,
    PG_PARQUET_FLOAT,
    PG_PARQUET_DOUBLE,
    PG_PARQUET_BYTE_ARRAY,
    PG_PARQUET_FIXED, /* byte arrays that all have the column's length */
    PG_PARQUET_TYPES
} pg_parquet_type;

/* What a physical type stands for. */
typedef enum {
    PG_PARQUET_NONE,
    PG_PARQUET_STRING,
    PG_PARQUET_ENUM,
    PG_PARQUET_DECIMAL, /* an integer, or big-endian bytes, times 10^-scale */
    PG_PARQUET_DATE,    /* days since 1970 */
    PG_PARQUET_TIME,    /* of the day, in the column's unit */
    PG_PARQUET_TIMESTAMP,
    PG_PARQUET_INTEGER, /* of so many bits, with or without a sign */
    PG_PARQUET_NULL,    /* only nulls */
    PG_PARQUET_JSON,
    PG_PARQUET_BSON,
    PG_PARQUET_UUID,
    PG_PARQUET_FLOAT16,
    PG_PARQUET_INTERVAL,
    PG_PARQUET_OTHER /* a newer one, which is read as its physical type */
} pg_parquet_logical;

typedef enum { PG_PARQUET_MILLIS = 1, PG_PARQUET_MICROS, PG_PARQUET_NANOS } pg_parquet_unit;

typedef enum {
    PG_PARQUET_PLAIN = 0,
    PG_PARQUET_PLAIN_DICTIONARY = 2, /* the old name of RLE_DICTIONARY */
    PG_PARQUET_RLE = 3,
    PG_PARQUET_BIT_PACKED = 4, /* levels of old files */
    PG_PARQUET_DELTA_BINARY_PACKED = 5,
    PG_PARQUET_DELTA_LENGTH_BYTE_ARRAY = 6,
    PG_PARQUET_DELTA_BYTE_ARRAY = 7,
    PG_PARQUET_RLE_DICTIONARY = 8,
    PG_PARQUET_BYTE_STREAM_SPLIT = 9
} pg_parquet_encoding;

typedef enum {
    PG_PARQUET_UNCOMPRESSED = 0,
    PG_PARQUET_SNAPPY = 1,
    PG_PARQUET_GZIP = 2,
    PG_PARQUET_LZO = 3,    /* not supported */
    PG_PARQUET_BROTLI = 4, /* not supported */
    PG_PARQUET_LZ4 = 5,    /* the old form with Hadoop's framing: read, never written */
    PG_PARQUET_ZSTD = 6,
    PG_PARQUET_LZ4_RAW = 7
} pg_parquet_codec;

typedef enum {
    PG_PARQUET_PAGE_DATA = 0,
    PG_PARQUET_PAGE_INDEX = 1,
    PG_PARQUET_PAGE_DICTIONARY = 2,
    PG_PARQUET_PAGE_DATA_V2 = 3
} pg_parquet_page_type;

/* A value of a byte array: a view of memory that another owns. data is NULL only where the text says so. */
typedef struct {
    const uint8_t *data;
    size_t size;
} pg_parquet_bytes;

#endif
