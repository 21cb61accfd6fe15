/* Parquet files: a file that begins like one is opened and every column of it read, as chunks and as rows. Anything
 * else is taken as the contents of one page (encoding, type, number of values, then bytes), so that the decoders are reached
 * without a footer and a compression around them. Nothing may crash, read beyond the bytes or use memory without bound;
 * an error always has a message. */
#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/parquet_decode.h"
#include "data/parquet_rows.h"

enum { CHUNKS = 64, BATCHES = 64, ROWS = 2000, HEAD = 4, PAGE_BYTES = 1 << 20, FOOTER_BYTES = 1 << 16, NAMES = 32 };

static const pg_parquet_limits limits = { .footer_bytes = FOOTER_BYTES, .page_bytes = PAGE_BYTES };

static void must_say(pg_status status, const pg_error *err)
{
    if (status != PG_OK && !err->what[0])
        abort();
}

static volatile uint64_t seen; /* keeps the compiler from leaving the reading out */

/* Looks at every byte that a batch says is there. */
static uint64_t touch(const pg_parquet_batch *batch, const pg_parquet_column *column)
{
    uint64_t sum = 0;
    size_t size = pg_parquet_is_bytes(column->type) ? 0 : pg_parquet_column_bytes(column);
    for (size_t i = 0; i < batch->n * size; i++)
        sum += ((const uint8_t *)batch->values)[i];
    for (size_t i = 0; size == 0 && i < batch->n; i++)
        for (size_t k = 0; k < batch->bytes[i].size; k++)
            sum += batch->bytes[i].data[k];
    for (size_t i = 0; i < batch->entries; i++) {
        if ((batch->definition && batch->definition[i] > column->max_definition) ||
            (batch->repetition && batch->repetition[i] > column->max_repetition))
            abort();
    }
    return sum;
}

static void read_chunk(const pg_parquet_file *file, size_t group, size_t column)
{
    pg_parquet_chunk *chunk;
    pg_parquet_batch batch;
    pg_parquet_statistics statistics;
    pg_error err = { 0 };
    pg_parquet_chunk_statistics(file, group, column, &statistics);
    pg_status status = pg_parquet_chunk_open(&chunk, file, group, column, &err);
    must_say(status, &err);
    for (int i = 0; status == PG_OK && i < BATCHES; i++) {
        status = pg_parquet_chunk_next(chunk, &batch, &err);
        must_say(status, &err);
        if (status == PG_OK)
            seen += touch(&batch, pg_parquet_column_at(file, column));
        if (batch.entries == 0)
            break;
    }
    pg_parquet_chunk_close(chunk);
}

static void read_rows(const pg_parquet_file *file)
{
    const char *names[NAMES];
    size_t n = pg_parquet_columns(file) < NAMES ? pg_parquet_columns(file) : (size_t)NAMES;
    for (size_t i = 0; i < n; i++)
        names[i] = pg_parquet_column_at(file, i)->path;
    pg_parquet_rows *rows;
    pg_error err = { 0 };
    pg_status status = pg_parquet_rows_open(&rows, file, names, n, &err);
    must_say(status, &err);
    if (status != PG_OK)
        return;
    if (n > 0)
        (void)pg_parquet_rows_between(rows, 0, -1000, INT64_MAX / 2, &err);
    bool ended = false;
    for (int i = 0; status == PG_OK && !ended && i < ROWS; i++) {
        err.what[0] = '\0';
        status = pg_parquet_rows_next(rows, &ended, &err);
        must_say(status, &err);
    }
    pg_parquet_rows_close(rows);
}

static void read_file(const uint8_t *data, size_t size)
{
    int fd = memfd_create("parquet", MFD_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    pg_parquet_file *file = NULL;
    pg_error err = { 0 };
    if (write(fd, data, size) == (ssize_t)size) {
        pg_status status = pg_parquet_open(&file, path, &limits, &err);
        must_say(status, &err);
    }
    size_t columns = file ? pg_parquet_columns(file) : 0, groups = file ? pg_parquet_groups(file) : 0, done = 0;
    for (size_t g = 0; g < groups && done < CHUNKS; g++)
        for (size_t c = 0; c < columns && done < CHUNKS; c++, done++)
            read_chunk(file, g, c);
    if (file)
        read_rows(file);
    pg_parquet_close(file);
    close(fd);
}

/* The bytes stand at the end of their memory but for the slack that decoders may look at. */
static void read_page(const uint8_t *data, size_t size)
{
    const pg_parquet_column column = { .path = "page",
                                       .type = (pg_parquet_type)(data[1] % PG_PARQUET_TYPES),
                                       .length = data[1] % PG_PARQUET_TYPES == PG_PARQUET_FIXED ? data[1] / 8 + 1 : 0 };
    size_t n = (size_t)data[2] | (size_t)data[3] << 8, entries = n % 64;
    uint8_t *page = malloc(size - HEAD + PG_PARQUET_SLACK), *values = malloc(PG_PARQUET_BATCH * 16);
    memcpy(page, data + HEAD, size - HEAD);
    memset(page + size - HEAD, 0xff, PG_PARQUET_SLACK);
    pg_parquet_dictionary dictionary = { 0 };
    pg_parquet_decoder decoder;
    pg_error err = { 0 };
    pg_status status = pg_parquet_decoder_init(&decoder, &column, &err);
    if (status == PG_OK && column.type != PG_PARQUET_BOOLEAN)
        (void)pg_parquet_dictionary_read(&dictionary, &column, page, size - HEAD, entries, &err);
    if (status == PG_OK)
        status = pg_parquet_decoder_start(&decoder, data[0] % 16, page, size - HEAD, &dictionary, PAGE_BYTES, &err);
    must_say(status, &err);
    for (size_t left = n; status == PG_OK && left > 0;) {
        pg_parquet_batch batch = { .n = left < 1000 ? left : 1000, .values = values };
        status = pg_parquet_decoder_read(&decoder, values, batch.n, &err);
        must_say(status, &err);
        if (status == PG_OK)
            seen += touch(&batch, &column);
        left -= batch.n;
    }
    pg_parquet_decoder_free(&decoder);
    pg_parquet_dictionary_free(&dictionary);
    free(values);
    free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= HEAD && memcmp(data, "PAR1", HEAD) == 0)
        read_file(data, size);
    else if (size >= HEAD)
        read_page(data, size);
    return 0;
}
