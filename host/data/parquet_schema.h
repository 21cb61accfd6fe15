/* The columns of a Parquet file: the leaves of its schema, each with its types and levels. */
#ifndef PG_DATA_PARQUET_SCHEMA_H
#define PG_DATA_PARQUET_SCHEMA_H

#include "data/parquet_thrift.h"

typedef struct {
    char *path; /* the names from below the root down to the leaf, with dots: "bids.list.element", at most
                 * PG_PARQUET_PATH - 1 bytes */
    pg_parquet_type type;
    pg_parquet_logical logical;
    pg_parquet_unit unit;   /* of PG_PARQUET_TIME and PG_PARQUET_TIMESTAMP */
    bool utc;               /* such a time is in UTC (otherwise in a local time that is not known) */
    bool is_unsigned;       /* of PG_PARQUET_INTEGER */
    int bits;               /* of PG_PARQUET_INTEGER */
    int precision, scale;   /* of PG_PARQUET_DECIMAL: digits, and how many of them behind the point */
    int length;             /* bytes of a value of PG_PARQUET_FIXED, else 0 */
    int max_definition;     /* the definition level of a value that is there; 0: it always is */
    int max_repetition;     /* lists around the value; 0: one value (or null) a row */
    int element_definition; /* from this definition level on there is an element of the innermost list, be it null;
                             * below it the list, or one around it, is empty or null; 0 when max_repetition is 0 */
} pg_parquet_column;

typedef struct {
    pg_parquet_column *columns;
    size_t n;
} pg_parquet_schema;

void pg_parquet_schema_free(pg_parquet_schema *schema);

/* Reads FileMetaData's list of schema elements (n of them). Without memory or with a schema that is out of bounds it is
 * the reader that fails. */
void pg_parquet_schema_read(pg_parquet_schema *schema, pg_thrift_reader *reader, size_t n);

/* Writes such a list in field `id`: flat columns, each with max_definition 0 (required) or 1 (optional). */
void pg_parquet_schema_write(const pg_parquet_schema *schema, pg_thrift_writer *writer, int id);

/* "INT64", "BYTE_ARRAY", ... */
const char *pg_parquet_type_name(pg_parquet_type type);

/* Bytes of a value, 0 for PG_PARQUET_BYTE_ARRAY; a boolean has 1 (in memory). */
size_t pg_parquet_column_bytes(const pg_parquet_column *column);

#endif
