/* The pages of one column of one row group, decoded batch by batch. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "data/parquet_bits.h"
#include "data/parquet_compress.h"
#include "data/parquet_decode.h"
#include "data/parquet_file.h"

enum { AHEAD = 256 * 1024, HEADER_FIRST = 512, HEADER_MAX = 1 << 20, LENGTH_BYTES = 4 };

struct pg_parquet_chunk {
    const pg_parquet_file *file;
    const pg_parquet_column *column;
    size_t group;
    uint64_t at, end;    /* what of the file was not taken from the window yet */
    int64_t values_left; /* of the chunk, not yet in a page */
    int64_t rows;        /* that began */
    int codec;
    pg_parquet_codecs codecs;

    pg_parquet_buffer window; /* bytes of the file from `at` on; the first `skipped` were taken */
    size_t skipped;

    pg_parquet_buffer page;            /* decompressed */
    pg_parquet_buffer dictionary_page; /* decompressed */
    pg_parquet_dictionary dictionary;

    size_t left; /* entries of the page that were not decoded yet */
    pg_rle definition, repetition;
    pg_parquet_decoder decoder;
    uint8_t *definitions, *repetitions; /* PG_PARQUET_BATCH */
    void *values;
};

/* ---- the file's bytes ---- */

/* Has at least n bytes of the chunk in the window (fewer only when the chunk ends before). */
static pg_status want(pg_parquet_chunk *c, size_t n, pg_error *err)
{
    size_t have = c->window.size - c->skipped;
    uint64_t rest = c->end - c->at - have;
    if (have >= n || rest == 0)
        return PG_OK;
    if (have > 0)
        memmove(c->window.data, c->window.data + c->skipped, have);
    c->window.size = have;
    c->skipped = 0;
    size_t more = n - have > AHEAD ? n - have : (size_t)AHEAD;
    more = more < rest ? more : (size_t)rest;
    uint8_t *place = pg_parquet_buffer_reserve(&c->window, more);
    if (!place)
        return pg_parquet_buffer_check(&c->window, err);
    pg_status status = pg_parquet_read_at(c->file, place, more, c->at + have, err);
    c->window.size += status == PG_OK ? more : 0;
    return status;
}

static const uint8_t *here(const pg_parquet_chunk *c, size_t *size)
{
    *size = c->window.size - c->skipped;
    return c->window.data ? c->window.data + c->skipped : (const uint8_t *)"";
}

static void take(pg_parquet_chunk *c, size_t n)
{
    c->skipped += n;
    c->at += n;
}

/* Reads the header of the next page, however long its statistics make it. */
static pg_status read_header(pg_parquet_chunk *c, pg_parquet_page *page, pg_error *err)
{
    for (size_t wanted = HEADER_FIRST;; wanted *= 8) {
        size_t size, used;
        bool more;
        pg_status status = want(c, wanted, err);
        if (status != PG_OK)
            return status;
        const uint8_t *data = here(c, &size);
        status = pg_parquet_page_read(page, &used, &more, data, size, err);
        if (status == PG_OK)
            take(c, used);
        if (!more || size < wanted || wanted >= HEADER_MAX)
            return status;
    }
}

/* The page's bytes as they are in the file, checked. Valid until the next want(). */
static pg_status read_body(pg_parquet_chunk *c, const pg_parquet_page *page, const uint8_t **body, pg_error *err)
{
    size_t size = (size_t)page->compressed, limit = c->file->limits.page_bytes;
    if (size > c->end - c->at)
        return pg_fail(err, PG_ERR_CORRUPT, "a page of %zu bytes goes beyond the end of its column", size);
    if (size > limit || (size_t)page->uncompressed > limit)
        return pg_fail(err, PG_ERR_RANGE, "a page has %d bytes (%d compressed), more than the %zu allowed here",
                       page->uncompressed, page->compressed, limit);
    pg_status status = want(c, size, err);
    if (status != PG_OK)
        return status;
    size_t have;
    *body = here(c, &have);
    take(c, size);
    if (page->has_checksum && (uint32_t)crc32_z(0, *body, size) != page->checksum)
        return pg_fail(err, PG_ERR_CORRUPT, "a page does not match its checksum");
    return PG_OK;
}

/* Decompresses into a buffer, whose size it sets. */
static pg_status unpack(pg_parquet_chunk *c, pg_parquet_buffer *out, size_t size, const uint8_t *body, size_t body_size,
                        int codec, pg_error *err)
{
    out->size = 0;
    uint8_t *place = pg_parquet_buffer_reserve(out, size);
    if (!place)
        return pg_parquet_buffer_check(out, err);
    out->size = size;
    if (size == 0 && body_size == 0)
        return PG_OK;
    return pg_parquet_decompress(&c->codecs, place, size, (pg_parquet_codec)codec, body, body_size, err);
}

/* ---- pages ---- */

static pg_status start_dictionary(pg_parquet_chunk *c, const pg_parquet_page *page, const uint8_t *body, pg_error *err)
{
    if (c->dictionary.present)
        return pg_fail(err, PG_ERR_CORRUPT, "the column has two dictionaries");
    if (page->encoding != PG_PARQUET_PLAIN && page->encoding != PG_PARQUET_PLAIN_DICTIONARY)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "the dictionary has the encoding %d", page->encoding);
    pg_status status =
        unpack(c, &c->dictionary_page, (size_t)page->uncompressed, body, (size_t)page->compressed, c->codec, err);
    if (status != PG_OK)
        return status;
    return pg_parquet_dictionary_read(&c->dictionary, c->column, c->dictionary_page.data, c->dictionary_page.size,
                                      (size_t)page->values, err);
}

/* Levels of a v1 page: behind their length in 4 bytes, or packed without a length. Moves *p behind them. */
static pg_status start_levels(pg_rle *rle, const uint8_t **p, const uint8_t *end, int encoding, int max, size_t n,
                              pg_error *err)
{
    if (max == 0)
        return PG_OK;
    int width = pg_bit_width((uint64_t)max);
    size_t left = (size_t)(end - *p), size = 0;
    if (encoding == PG_PARQUET_BIT_PACKED) {
        size = (n * (size_t)width + 7) / 8;
    } else if (encoding != PG_PARQUET_RLE) {
        return pg_fail(err, PG_ERR_UNSUPPORTED, "a page has levels with the encoding %d", encoding);
    } else if (left >= LENGTH_BYTES) {
        size = pg_load32(*p);
        *p += LENGTH_BYTES;
        left -= LENGTH_BYTES;
    } else {
        return pg_fail(err, PG_ERR_CORRUPT, "a page ends before its levels");
    }
    if (size > left)
        return pg_fail(err, PG_ERR_CORRUPT, "a page's levels go beyond its end");
    if (encoding == PG_PARQUET_BIT_PACKED)
        pg_rle_start_packed(rle, *p, size, width);
    else
        pg_rle_start(rle, *p, size, width);
    *p += size;
    return PG_OK;
}

static pg_status start_v1(pg_parquet_chunk *c, const pg_parquet_page *page, const uint8_t *body, const uint8_t **values,
                          pg_error *err)
{
    pg_status status = unpack(c, &c->page, (size_t)page->uncompressed, body, (size_t)page->compressed, c->codec, err);
    if (status != PG_OK)
        return status;
    const uint8_t *p = c->page.data, *end = p + c->page.size;
    size_t n = (size_t)page->values;
    status = start_levels(&c->repetition, &p, end, page->repetition_encoding, c->column->max_repetition, n, err);
    if (status == PG_OK)
        status = start_levels(&c->definition, &p, end, page->definition_encoding, c->column->max_definition, n, err);
    *values = p;
    return status;
}

/* A v2 page: the levels in front are never compressed. */
static pg_status start_v2(pg_parquet_chunk *c, const pg_parquet_page *page, const uint8_t *body, const uint8_t **values,
                          pg_error *err)
{
    size_t repetition = (size_t)page->repetition_bytes, levels = repetition + (size_t)page->definition_bytes;
    size_t size = (size_t)page->uncompressed, packed = (size_t)page->compressed - levels;
    c->page.size = 0;
    uint8_t *place = pg_parquet_buffer_reserve(&c->page, size);
    if (!place)
        return pg_parquet_buffer_check(&c->page, err);
    c->page.size = size;
    if (levels > 0)
        memcpy(place, body, levels);
    pg_rle_start(&c->repetition, place, repetition, pg_bit_width((uint64_t)c->column->max_repetition));
    pg_rle_start(&c->definition, place + repetition, levels - repetition,
                 pg_bit_width((uint64_t)c->column->max_definition));
    *values = place + levels;
    if (size == levels && packed == 0)
        return PG_OK;
    int codec = page->is_compressed ? c->codec : PG_PARQUET_UNCOMPRESSED;
    return pg_parquet_decompress(&c->codecs, place + levels, size - levels, (pg_parquet_codec)codec, body + levels,
                                 packed, err);
}

static pg_status start_data(pg_parquet_chunk *c, const pg_parquet_page *page, const uint8_t *body, pg_error *err)
{
    const uint8_t *values = NULL;
    if (page->values > c->values_left)
        return pg_fail(err, PG_ERR_CORRUPT, "the column's pages have more values than the column");
    pg_status status = page->type == PG_PARQUET_PAGE_DATA ? start_v1(c, page, body, &values, err)
                                                          : start_v2(c, page, body, &values, err);
    if (status != PG_OK)
        return status;
    c->values_left -= page->values;
    c->left = (size_t)page->values;
    return pg_parquet_decoder_start(&c->decoder, page->encoding, values, (size_t)(c->page.data + c->page.size - values),
                                    &c->dictionary, c->file->limits.page_bytes, err);
}

static pg_status next_page(pg_parquet_chunk *c, pg_error *err)
{
    pg_parquet_page page;
    const uint8_t *body = NULL;
    if (c->at >= c->end)
        return pg_fail(err, PG_ERR_CORRUPT, "the column's pages end before its values");
    pg_status status = read_header(c, &page, err);
    if (status == PG_OK)
        status = read_body(c, &page, &body, err);
    if (status != PG_OK)
        return status;
    switch (page.type) {
    case PG_PARQUET_PAGE_DICTIONARY: return start_dictionary(c, &page, body, err);
    case PG_PARQUET_PAGE_DATA:
    case PG_PARQUET_PAGE_DATA_V2: return start_data(c, &page, body, err);
    default: return PG_OK; /* an index, or something newer: it has no values */
    }
}

/* ---- batches ---- */

static size_t count(const uint8_t *levels, size_t n, int level)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += levels[i] == level;
    return found;
}

static pg_status read_levels(pg_parquet_chunk *c, pg_parquet_batch *batch, pg_error *err)
{
    pg_status status = PG_OK;
    int max_definition = c->column->max_definition, max_repetition = c->column->max_repetition;
    batch->n = batch->rows = batch->entries;
    if (max_repetition > 0) {
        status = pg_rle_read_levels(&c->repetition, c->repetitions, batch->entries, max_repetition, err);
        batch->repetition = c->repetitions;
        batch->rows = status == PG_OK ? count(c->repetitions, batch->entries, 0) : 0;
        if (status == PG_OK && c->rows == 0 && c->repetitions[0] != 0)
            status = pg_fail(err, PG_ERR_CORRUPT, "the column begins inside a row");
    }
    if (status == PG_OK && max_definition > 0) {
        status = pg_rle_read_levels(&c->definition, c->definitions, batch->entries, max_definition, err);
        batch->definition = c->definitions;
        batch->n = status == PG_OK ? count(c->definitions, batch->entries, max_definition) : 0;
    }
    c->rows += (int64_t)batch->rows;
    return status;
}

static pg_status finish(const pg_parquet_chunk *c, pg_error *err)
{
    int64_t rows = pg_parquet_group_rows(c->file, c->group);
    if (c->rows != rows)
        return pg_fail(err, PG_ERR_CORRUPT, "the column has %lld rows in a row group of %lld", (long long)c->rows,
                       (long long)rows);
    return PG_OK;
}

static pg_status next_batch(pg_parquet_chunk *c, pg_parquet_batch *batch, pg_error *err)
{
    pg_status status = PG_OK;
    while (status == PG_OK && c->left == 0) {
        if (c->values_left == 0)
            return finish(c, err);
        status = next_page(c, err);
    }
    if (status != PG_OK)
        return status;
    batch->entries = c->left < PG_PARQUET_BATCH ? c->left : (size_t)PG_PARQUET_BATCH;
    status = read_levels(c, batch, err);
    if (status == PG_OK)
        status = pg_parquet_decoder_read(&c->decoder, c->values, batch->n, err);
    batch->values = c->values;
    c->left -= batch->entries;
    return status;
}

pg_status pg_parquet_chunk_next(pg_parquet_chunk *chunk, pg_parquet_batch *batch, pg_error *err)
{
    *batch = (pg_parquet_batch){ 0 };
    pg_status status = next_batch(chunk, batch, err);
    if (status != PG_OK) {
        *batch = (pg_parquet_batch){ 0 };
        pg_error_where(err, "%s, row group %zu, column %s, near byte %llu", chunk->file->path, chunk->group,
                       chunk->column->path, (unsigned long long)chunk->at);
    }
    return status;
}

static pg_status prepare(pg_parquet_chunk *c, pg_error *err)
{
    size_t bytes = pg_parquet_is_bytes(c->column->type) ? sizeof(pg_parquet_bytes) : pg_parquet_column_bytes(c->column);
    c->definitions = malloc(PG_PARQUET_BATCH);
    c->repetitions = malloc(PG_PARQUET_BATCH);
    c->values = malloc(PG_PARQUET_BATCH * bytes);
    pg_status status = pg_parquet_decoder_init(&c->decoder, c->column, err);
    if (!c->definitions || !c->repetitions || !c->values)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    return status == PG_OK ? pg_parquet_codec_check(c->codec, false, err) : status;
}

pg_status pg_parquet_chunk_open(pg_parquet_chunk **out, const pg_parquet_file *file, size_t group, size_t column,
                                pg_error *err)
{
    *out = NULL;
    if (group >= file->meta.n_groups || column >= file->meta.schema.n)
        return pg_fail(err, PG_ERR_INVALID, "the file has no column %zu in a row group %zu", column, group);
    pg_parquet_chunk *c = calloc(1, sizeof *c);
    if (!c)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    const pg_parquet_chunk_meta *meta = &file->meta.groups[group].chunks[column];
    bool has_dictionary = meta->dictionary_offset > 0 && meta->dictionary_offset < meta->data_offset;
    c->file = file;
    c->group = group;
    c->column = &file->meta.schema.columns[column];
    c->codec = meta->codec;
    c->at = (uint64_t)(has_dictionary ? meta->dictionary_offset : meta->data_offset);
    c->end = c->at + (uint64_t)meta->compressed;
    c->values_left = meta->values;
    pg_status status = prepare(c, err);
    if (status != PG_OK) {
        pg_error_where(err, "%s, row group %zu, column %s", file->path, group, c->column->path);
        pg_parquet_chunk_close(c);
        return status;
    }
    *out = c;
    return PG_OK;
}

void pg_parquet_chunk_close(pg_parquet_chunk *c)
{
    if (!c)
        return;
    pg_parquet_codecs_free(&c->codecs);
    pg_parquet_buffer_free(&c->window);
    pg_parquet_buffer_free(&c->page);
    pg_parquet_buffer_free(&c->dictionary_page);
    pg_parquet_dictionary_free(&c->dictionary);
    pg_parquet_decoder_free(&c->decoder);
    free(c->definitions);
    free(c->repetitions);
    free(c->values);
    free(c);
}
