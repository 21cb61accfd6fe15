/* One column of the row group that is being written: its page, dictionary, statistics and finished pages. */
#ifndef PG_DATA_PARQUET_PAGES_H
#define PG_DATA_PARQUET_PAGES_H

#include "data/parquet_compress.h"
#include "data/parquet_index.h"
#include "data/parquet_meta.h"
#include "data/parquet_range.h"
#include "data/parquet_write.h"

typedef struct {
    const pg_parquet_column *column;
    const pg_parquet_options *options;
    pg_parquet_codecs *codecs;
    pg_parquet_choice choice;

    pg_parquet_buffer values; /* of the page, without nulls: numbers; booleans as bytes; byte arrays in PLAIN form */
    pg_parquet_buffer levels; /* of the page: a byte (0 or 1) an entry; optional columns only */
    size_t n_values, n_entries;
    size_t most_entries; /* of a page */

    pg_parquet_index index;
    bool use_index; /* this page may be written by the dictionary */
    pg_parquet_encoding fallback;
    pg_parquet_buffer numbers; /* uint32_t, into the dictionary */

    pg_parquet_buffer body, encoded, packed; /* a page being made */
    pg_parquet_buffer pages;                 /* finished data pages with their headers */
    pg_parquet_buffer dictionary;            /* the finished dictionary page */
    int64_t raw;                             /* bytes before encoding since the group began */

    pg_parquet_chunk_meta meta; /* offsets are those within the chunk until the writer adds where it begins */
    pg_parquet_range range;
} pg_parquet_pages;

/* column, options and codecs must outlive it. */
void pg_parquet_pages_init(pg_parquet_pages *pages, const pg_parquet_column *column, pg_parquet_choice choice,
                           const pg_parquet_options *options, pg_parquet_codecs *codecs);
void pg_parquet_pages_free(pg_parquet_pages *pages);

/* Appends n rows of a checked slice, from its row `first` on. Errors: PG_ERR_MEMORY. */
pg_status pg_parquet_pages_append(pg_parquet_pages *pages, const pg_parquet_slice *slice, size_t first, size_t n,
                                  pg_error *err);

/* Finishes the last page and the dictionary: `dictionary` and then `pages` are the chunk's bytes, meta describes it. */
pg_status pg_parquet_pages_finish(pg_parquet_pages *pages, pg_error *err);

/* Forgets the chunk: the next row group begins. */
void pg_parquet_pages_clear(pg_parquet_pages *pages);

#endif
