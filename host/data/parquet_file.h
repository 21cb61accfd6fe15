/* What the parts of the Parquet reader share: the open file. */
#ifndef PG_DATA_PARQUET_FILE_H
#define PG_DATA_PARQUET_FILE_H

#include "base/file.h"
#include "data/parquet_meta.h"
#include "data/parquet_read.h"

struct pg_parquet_file {
    char path[PG_PATH_SIZE];
    int fd;
    uint64_t pages_end; /* where the footer begins */
    pg_parquet_limits limits;
    uint8_t *footer; /* which the metadata's texts point into */
    pg_parquet_meta meta;
};

/* Reads exactly size bytes at offset; thread-safe. PG_ERR_IO. */
pg_status pg_parquet_read_at(const pg_parquet_file *file, void *data, size_t size, uint64_t offset, pg_error *err);

#endif
