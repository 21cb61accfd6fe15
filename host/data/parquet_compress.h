/* The compression of pages: Zstandard, Snappy, gzip and LZ4, by their libraries. */
#ifndef PG_DATA_PARQUET_COMPRESS_H
#define PG_DATA_PARQUET_COMPRESS_H

#include "data/parquet_buffer.h"
#include "data/parquet_format.h"

/* What the libraries keep between pages; { 0 } at the start. One for each thread. */
typedef struct {
    void *zstd_in, *zstd_out;
} pg_parquet_codecs;

void pg_parquet_codecs_free(pg_parquet_codecs *codecs);

/* "zstd", "snappy", ...; "unknown" for a number that is no codec's. */
const char *pg_parquet_codec_name(int codec);

/* PG_ERR_UNSUPPORTED for a codec that cannot be read (or, writing, is not written); PG_OK otherwise. */
pg_status pg_parquet_codec_check(int codec, bool writing, pg_error *err);

/* Appends the compressed form of data. level: of zstd (1 to 19) and gzip (1 to 9), 0: the default (3 and 6). */
pg_status pg_parquet_compress(pg_parquet_codecs *codecs, pg_parquet_buffer *out, pg_parquet_codec codec, int level,
                              const void *data, size_t size, pg_error *err);

/* Decompresses into out[out_size], which it must fill exactly: PG_ERR_CORRUPT otherwise. */
pg_status pg_parquet_decompress(pg_parquet_codecs *codecs, uint8_t *out, size_t out_size, pg_parquet_codec codec,
                                const uint8_t *data, size_t size, pg_error *err);

#endif
