/* A Parquet file's footer (FileMetaData) and the headers of its pages, as plain structures. */
#ifndef PG_DATA_PARQUET_META_H
#define PG_DATA_PARQUET_META_H

#include "data/parquet_schema.h"

/* Statistics as they stand in a file: values in PLAIN encoding, data NULL when absent. */
typedef struct {
    pg_parquet_bytes min, max;
    int64_t nulls; /* -1: unknown */
    int64_t nans;  /* -1: unknown */
    bool old;      /* min and max are of the deprecated fields, which are compared as signed values */
} pg_parquet_raw_statistics;

/* The values of one column in one row group. */
typedef struct {
    pg_parquet_type type;
    int codec;
    uint32_t encodings;                                       /* bit 1 << pg_parquet_encoding; only written */
    int dictionary_pages, dictionary_data_pages, plain_pages; /* only written, with the encoding of the latter: */
    pg_parquet_encoding fallback;
    int64_t values;                   /* with the nulls, and one for each empty list */
    int64_t uncompressed, compressed; /* bytes of all pages with their headers */
    int64_t data_offset;
    int64_t dictionary_offset; /* 0: none */
    pg_parquet_raw_statistics statistics;
} pg_parquet_chunk_meta;

typedef struct {
    pg_parquet_chunk_meta *chunks; /* one for each column of the schema */
    int64_t rows;
} pg_parquet_group;

typedef struct {
    pg_parquet_bytes key, value;
} pg_parquet_pair;

typedef struct {
    pg_parquet_schema schema;
    int64_t rows;
    pg_parquet_group *groups;
    size_t n_groups, groups_capacity;
    pg_parquet_pair *pairs;
    size_t n_pairs;
    pg_parquet_bytes created_by;
    uint8_t *orders; /* of each column: 1 when min and max follow the order of its type; NULL: unknown for all */
} pg_parquet_meta;

void pg_parquet_meta_free(pg_parquet_meta *meta);

/* Reads a footer; texts and statistics are views of `data`, which must stay. Checks that it is complete in itself; what
 * it says about places in the file is for the caller to check. Errors: PG_ERR_CORRUPT, PG_ERR_UNSUPPORTED (encrypted or
 * split files), PG_ERR_MEMORY. */
pg_status pg_parquet_meta_read(pg_parquet_meta *meta, const void *data, size_t size, pg_error *err);

/* Appends the description of a row group, the index-th, to what becomes part of a footer. data_page: the
 * pg_parquet_page_type of its data pages. The statistics of numbers are also written in the old fields. */
void pg_parquet_group_write(const pg_parquet_schema *schema, const pg_parquet_group *group, size_t index, int data_page,
                            pg_parquet_buffer *out);

/* Appends a footer with meta's schema, rows, number of groups, pairs and created_by, and the descriptions of the groups
 * as written before. */
void pg_parquet_meta_write(const pg_parquet_meta *meta, const pg_parquet_buffer *groups, pg_parquet_buffer *out);

/* Adds an empty row group with chunks for all columns, all zero; NULL without memory. */
pg_parquet_group *pg_parquet_meta_add_group(pg_parquet_meta *meta);

/* ---- pages ---- */

typedef struct {
    int type; /* pg_parquet_page_type, or another that is to be passed over */
    int32_t uncompressed, compressed;
    bool has_checksum;
    uint32_t checksum; /* CRC-32 of the page as it stands in the file */
    int32_t values;
    int encoding;                                 /* pg_parquet_encoding */
    int definition_encoding, repetition_encoding; /* v1 */
    int32_t nulls, rows;                          /* v2 */
    int32_t definition_bytes, repetition_bytes;   /* v2 */
    bool is_compressed;                           /* v2 */
} pg_parquet_page;

/* Reads a page header; *used: its bytes. *more: it went on behind `size` (and the status is PG_ERR_CORRUPT). */
pg_status pg_parquet_page_read(pg_parquet_page *page, size_t *used, bool *more, const void *data, size_t size,
                               pg_error *err);

void pg_parquet_page_write(const pg_parquet_page *page, pg_parquet_buffer *out);

#endif
