/* Writing Parquet files that the whole ecosystem reads: flat columns, required or optional, in row groups.
 *
 * Rows are given column by column, any number at a time. Memory is bounded by the row group being written: its
 * compressed pages, and for each column one page and one dictionary. The file is PATH.tmp, locked against a second
 * writer, until pg_parquet_writer_close has synced it and put it in place: a reader never sees half a file. */
#ifndef PG_DATA_PARQUET_WRITE_H
#define PG_DATA_PARQUET_WRITE_H

#include <stdbool.h>

#include "base/status.h"
#include "data/parquet_format.h"

/* How a column's values are encoded before compression. */
typedef enum {
    PG_PARQUET_AUTO, /* what takes the least bytes for the first page of each row group */
    PG_PARQUET_AS_PLAIN,
    PG_PARQUET_AS_DICTIONARY, /* PLAIN once the dictionary is full */
    PG_PARQUET_AS_DELTA       /* integers only: differences, for times and sequence numbers */
} pg_parquet_choice;

typedef struct {
    const char *name;           /* 1 to 255 bytes, each column another one */
    pg_parquet_type type;       /* BOOLEAN, INT32, INT64, DOUBLE or BYTE_ARRAY */
    pg_parquet_logical logical; /* NONE; STRING, ENUM, JSON (BYTE_ARRAY); TIMESTAMP (INT64), DATE (INT32);
                                 * INTEGER, DECIMAL (INT32, INT64) */
    pg_parquet_unit unit;       /* of a timestamp */
    bool local;                 /* a timestamp in a local time instead of UTC */
    int bits;                   /* of an INTEGER: 8, 16, 32, 64 */
    bool is_unsigned;
    int precision, scale; /* of a DECIMAL: digits (up to 9 in INT32, 18 in INT64), and those behind the point */
    bool optional;        /* values may be null */
    pg_parquet_choice choice;
} pg_parquet_field;

typedef struct {
    pg_parquet_codec codec;  /* ZSTD */
    int level;               /* of ZSTD (1 to 19) and GZIP (1 to 9); 0: 3 and 6 */
    size_t group_rows;       /* a row group has at most so many rows: 1 Mi, */
    size_t group_bytes;      /* ... and about so many bytes before encoding: 128 MiB */
    size_t page_bytes;       /* a page has about so many bytes before encoding: 1 MiB */
    size_t dictionary_bytes; /* a dictionary has at most so many: 1 MiB; 0: no dictionaries */
    int page_version;        /* 1 (every reader) or 2 */
    bool checksums;          /* a CRC-32 for each page: true */
    const char *created_by;  /* "perigee version 0.1" */
} pg_parquet_options;

enum {
    PG_PARQUET_NAME = 256,           /* bytes of a column's name with its '\0' */
    PG_PARQUET_VALUE_MAX = 64 << 20, /* bytes of a byte array that is written */
    PG_PARQUET_GROUPS_MAX = 32767    /* row groups of a file that is written: their number has 16 bits */
};

/* The defaults named above. */
void pg_parquet_options_init(pg_parquet_options *options);

typedef struct pg_parquet_writer pg_parquet_writer;

/* Starts a file; options NULL: the defaults. Fields and options are copied. Errors: PG_ERR_INVALID, PG_ERR_UNSUPPORTED,
 * PG_ERR_STATE (another process is writing it), PG_ERR_IO, PG_ERR_MEMORY. */
pg_status pg_parquet_writer_open(pg_parquet_writer **writer, const char *path, const pg_parquet_field *fields, size_t n,
                                 const pg_parquet_options *options, pg_error *err);

/* The values of one column for a number of rows. */
typedef struct {
    const void *values;     /* int32_t, int64_t, double, uint8_t (0 or 1) or pg_parquet_bytes; one for each row, whose
                             * contents do not matter where it is null */
    const uint8_t *present; /* 0 for each row that is null, else 1; NULL: none is null */
} pg_parquet_slice;

/* Appends rows: one slice for each column. Errors: PG_ERR_INVALID (a null in a required column), PG_ERR_RANGE (a byte
 * array above PG_PARQUET_VALUE_MAX): nothing was appended. PG_ERR_IO, PG_ERR_MEMORY, PG_ERR_FULL (too many row groups):
 * the writer can only be aborted. */
pg_status pg_parquet_writer_append(pg_parquet_writer *writer, const pg_parquet_slice *columns, size_t rows,
                                   pg_error *err);

/* Sets a key of the file's metadata, in place of what it had. Until close. */
pg_status pg_parquet_writer_set(pg_parquet_writer *writer, const char *key, const char *value, pg_error *err);

/* Ends the row group now and writes it to the file. */
pg_status pg_parquet_writer_end_group(pg_parquet_writer *writer, pg_error *err);

/* Rows that were appended, and bytes that are in the file so far (for a limit on a file's size). */
uint64_t pg_parquet_writer_rows(const pg_parquet_writer *writer);
uint64_t pg_parquet_writer_bytes(const pg_parquet_writer *writer);

/* Writes what is left and the footer, syncs, puts the file in place. The writer is gone afterwards, whatever happened;
 * after an error there is no file at PATH but the one that was there before. */
pg_status pg_parquet_writer_close(pg_parquet_writer *writer, pg_error *err);

/* Throws away everything written. Allowed at any time instead of close. */
void pg_parquet_writer_abort(pg_parquet_writer *writer);

#endif
