#include "data/parquet_pages.h"

#include <zlib.h>

#include "data/parquet_bits.h"
#include "data/parquet_delta.h"
#include "data/parquet_rle.h"

enum { LENGTH_BYTES = 4, TRIAL = 4096 };

static size_t width(const pg_parquet_pages *p)
{
    return pg_parquet_column_bytes(p->column);
}

static bool is_integer(const pg_parquet_pages *p)
{
    return p->column->type == PG_PARQUET_INT32 || p->column->type == PG_PARQUET_INT64;
}

void pg_parquet_pages_init(pg_parquet_pages *p, const pg_parquet_column *column, pg_parquet_choice choice,
                           const pg_parquet_options *options, pg_parquet_codecs *codecs)
{
    *p = (pg_parquet_pages){ .column = column, .choice = choice, .options = options, .codecs = codecs };
    bool differences = choice == PG_PARQUET_AS_DELTA || (choice == PG_PARQUET_AUTO && is_integer(p));
    p->fallback = differences ? PG_PARQUET_DELTA_BINARY_PACKED : PG_PARQUET_PLAIN;
    p->most_entries = options->page_bytes / (width(p) ? width(p) : (size_t)LENGTH_BYTES) + 1;
    pg_parquet_index_init(&p->index, width(p), options->dictionary_bytes);
    pg_parquet_pages_clear(p);
}

void pg_parquet_pages_free(pg_parquet_pages *p)
{
    pg_parquet_buffer *buffers[] = { &p->values,  &p->levels, &p->numbers, &p->body,
                                     &p->encoded, &p->packed, &p->pages,   &p->dictionary };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        pg_parquet_buffer_free(buffers[i]);
    pg_parquet_index_free(&p->index);
}

void pg_parquet_pages_clear(pg_parquet_pages *p)
{
    p->values.size = p->levels.size = p->pages.size = p->dictionary.size = 0;
    p->n_values = p->n_entries = 0;
    p->raw = 0;
    p->range = (pg_parquet_range){ 0 };
    p->meta = (pg_parquet_chunk_meta){ .type = p->column->type, .codec = p->options->codec, .fallback = p->fallback };
    pg_parquet_index_clear(&p->index);
    p->use_index = (p->choice == PG_PARQUET_AUTO || p->choice == PG_PARQUET_AS_DICTIONARY) &&
                   p->column->type != PG_PARQUET_BOOLEAN && p->options->dictionary_bytes > 0;
}

/* ---- encoding the values of a page into `encoded` ---- */

/* Numbers the page's values. False when the dictionary is full, or (a first page that is free to choose) when so many
 * values are distinct that it does not pay. */
static bool number_values(pg_parquet_pages *p)
{
    p->numbers.size = 0;
    if (!pg_parquet_buffer_reserve(&p->numbers, p->n_values * sizeof(uint32_t)))
        return false;
    uint32_t *numbers = (uint32_t *)(void *)p->numbers.data;
    const uint8_t *at = p->values.data;
    size_t bytes = width(p);
    bool trial = p->choice == PG_PARQUET_AUTO && p->meta.dictionary_data_pages == 0;
    for (size_t i = 0; i < p->n_values; i++) {
        bool known;
        if (bytes > 0) {
            known = pg_parquet_index_number(&p->index, at, &numbers[i]);
            at += bytes;
        } else {
            pg_parquet_bytes value = { at + LENGTH_BYTES, pg_load32(at) };
            known = pg_parquet_index_bytes(&p->index, value, &numbers[i]);
            at += LENGTH_BYTES + value.size;
        }
        if (!known || (trial && i >= TRIAL && p->index.n > i / 2))
            return false;
    }
    return true;
}

static void encode_numbers(pg_parquet_pages *p)
{
    int bits = pg_bit_width(p->index.n > 1 ? p->index.n - 1 : 0);
    pg_parquet_buffer_add_byte(&p->encoded, (uint8_t)bits);
    if (bits > 0)
        pg_rle_write(&p->encoded, (const uint32_t *)(void *)p->numbers.data, p->n_values, bits);
    else if (p->n_values > 0)
        pg_parquet_buffer_add_varint(&p->encoded, (uint64_t)p->n_values << 1); /* one run of no bits */
}

static void encode_booleans(pg_parquet_pages *p)
{
    size_t bytes = (p->n_values + 7) / 8;
    uint8_t *out = pg_parquet_buffer_reserve(&p->encoded, bytes);
    if (!out)
        return;
    memset(out, 0, bytes);
    for (size_t i = 0; i < p->n_values; i++)
        out[i / 8] |= (uint8_t)((p->values.data[i] != 0) << (i % 8));
    p->encoded.size += bytes;
}

static void encode_differences(pg_parquet_pages *p)
{
    if (p->column->type == PG_PARQUET_INT64) {
        pg_delta_write(&p->encoded, (const int64_t *)(void *)p->values.data, p->n_values, 64);
        return;
    }
    p->packed.size = 0;
    int64_t *wide = (int64_t *)(void *)pg_parquet_buffer_reserve(&p->packed, p->n_values * sizeof *wide);
    if (!wide) {
        p->encoded.failed = true;
        return;
    }
    for (size_t i = 0; i < p->n_values; i++)
        wide[i] = ((const int32_t *)(void *)p->values.data)[i];
    pg_delta_write(&p->encoded, wide, p->n_values, 32);
}

static void encode_fallback(pg_parquet_pages *p)
{
    if (p->column->type == PG_PARQUET_BOOLEAN)
        encode_booleans(p);
    else if (p->fallback == PG_PARQUET_DELTA_BINARY_PACKED)
        encode_differences(p);
    else
        pg_parquet_buffer_add(&p->encoded, p->values.data, p->values.size);
}

/* True when the dictionary knows all values and, where the choice is free, takes fewer bytes; they are then encoded. Once
 * it does not, it is not asked again in this row group. */
static bool encode_by_index(pg_parquet_pages *p)
{
    if (!p->use_index || p->n_values == 0)
        return false;
    p->use_index = number_values(p);
    if (!p->use_index)
        return false;
    encode_numbers(p);
    if (p->choice != PG_PARQUET_AUTO || p->meta.dictionary_data_pages > 0)
        return true;
    size_t by_index = p->encoded.size + p->index.plain.size;
    p->encoded.size = 0;
    encode_fallback(p);
    p->use_index = by_index < p->encoded.size;
    p->encoded.size = 0;
    if (p->use_index)
        encode_numbers(p);
    return p->use_index;
}

static pg_parquet_encoding encode(pg_parquet_pages *p)
{
    p->encoded.size = 0;
    if (encode_by_index(p))
        return PG_PARQUET_RLE_DICTIONARY;
    encode_fallback(p);
    return p->fallback;
}

/* ---- pages ---- */

/* Appends a page to `out`: a header, then `plain` bytes of body as they are and the rest of them compressed. */
static pg_status put_page(pg_parquet_pages *p, pg_parquet_buffer *out, pg_parquet_page *page, size_t plain,
                          pg_error *err)
{
    pg_status status = pg_parquet_buffer_check(&p->body, err);
    p->packed.size = 0;
    pg_parquet_buffer_add(&p->packed, p->body.data, plain);
    if (status == PG_OK)
        status = pg_parquet_compress(p->codecs, &p->packed, p->options->codec, p->options->level, p->body.data + plain,
                                     p->body.size - plain, err);
    if (status == PG_OK)
        status = pg_parquet_buffer_check(&p->packed, err);
    if (status != PG_OK)
        return status;
    page->uncompressed = (int32_t)p->body.size;
    page->compressed = (int32_t)p->packed.size;
    page->has_checksum = p->options->checksums;
    if (page->has_checksum)
        page->checksum = (uint32_t)crc32_z(0, p->packed.data, p->packed.size);
    size_t begin = out->size;
    pg_parquet_page_write(page, out);
    p->meta.uncompressed += (int64_t)(out->size - begin + p->body.size);
    pg_parquet_buffer_add(out, p->packed.data, p->packed.size);
    p->meta.compressed += (int64_t)(out->size - begin);
    return pg_parquet_buffer_check(out, err);
}

/* The definition levels, which v1 precedes by their length. */
static void put_levels(pg_parquet_pages *p)
{
    if (p->column->max_definition == 0)
        return;
    uint32_t length = 0;
    bool v1 = p->options->page_version == 1;
    size_t begin = p->body.size;
    if (v1)
        pg_parquet_buffer_add(&p->body, &length, sizeof length);
    pg_rle_write_levels(&p->body, &p->numbers, p->levels.data, p->n_entries);
    length = (uint32_t)(p->body.size - begin - sizeof length);
    if (v1 && !p->body.failed)
        memcpy(p->body.data + begin, &length, sizeof length);
}

static pg_status end_page(pg_parquet_pages *p, pg_error *err)
{
    if (p->n_entries == 0)
        return PG_OK;
    bool v1 = p->options->page_version == 1;
    pg_parquet_range_add(&p->range, p->column, p->values.data, p->n_values);
    pg_parquet_encoding encoding = encode(p);
    p->body.size = 0;
    put_levels(p);
    size_t levels = p->body.size;
    pg_parquet_buffer_add(&p->body, p->encoded.data, p->encoded.size);
    pg_status status = pg_parquet_buffer_check(&p->encoded, err);
    if (status != PG_OK)
        return status;
    pg_parquet_page page = { .type = v1 ? PG_PARQUET_PAGE_DATA : PG_PARQUET_PAGE_DATA_V2,
                             .values = (int32_t)p->n_entries,
                             .nulls = (int32_t)(p->n_entries - p->n_values),
                             .rows = (int32_t)p->n_entries,
                             .encoding = encoding,
                             .definition_bytes = (int32_t)levels,
                             .is_compressed = p->options->codec != PG_PARQUET_UNCOMPRESSED };
    status = put_page(p, &p->pages, &page, v1 ? 0 : levels, err);
    bool by_dictionary = encoding == PG_PARQUET_RLE_DICTIONARY;
    p->meta.dictionary_data_pages += by_dictionary;
    p->meta.plain_pages += !by_dictionary;
    p->meta.encodings |= UINT32_C(1) << encoding;
    p->meta.values += (int64_t)p->n_entries;
    p->meta.statistics.nulls += (int64_t)(p->n_entries - p->n_values);
    p->values.size = p->levels.size = p->n_values = p->n_entries = 0;
    return status;
}

pg_status pg_parquet_pages_finish(pg_parquet_pages *p, pg_error *err)
{
    pg_status status = end_page(p, err);
    if (status != PG_OK)
        return status;
    p->meta.encodings |= UINT32_C(1) << PG_PARQUET_RLE; /* of the levels, as other writers have it */
    if (p->meta.dictionary_data_pages > 0) {
        pg_parquet_page page = { .type = PG_PARQUET_PAGE_DICTIONARY,
                                 .values = (int32_t)p->index.n,
                                 .encoding = PG_PARQUET_PLAIN };
        p->body.size = 0;
        pg_parquet_buffer_add(&p->body, p->index.plain.data, p->index.plain.size);
        status = put_page(p, &p->dictionary, &page, 0, err);
        p->meta.dictionary_pages = 1;
        p->meta.encodings |= UINT32_C(1) << PG_PARQUET_PLAIN;
    }
    pg_parquet_range_finish(&p->range, p->column, &p->meta.statistics);
    return status;
}

/* ---- appending ---- */

static bool is_full(const pg_parquet_pages *p)
{
    return p->values.size >= p->options->page_bytes || p->n_entries >= p->most_entries;
}

static void add_bytes(pg_parquet_pages *p, pg_parquet_bytes value)
{
    uint32_t length = (uint32_t)value.size;
    pg_parquet_buffer_add(&p->values, &length, sizeof length);
    pg_parquet_buffer_add(&p->values, value.data, value.size);
}

/* The values that are there, without the gaps. */
static void add_present(pg_parquet_pages *p, const uint8_t *values, const uint8_t *present, size_t n, size_t bytes)
{
    uint8_t *out = pg_parquet_buffer_reserve(&p->values, n * bytes);
    size_t found = 0;
    for (size_t i = 0; out && i < n; i++) {
        if (bytes == sizeof(uint64_t)) /* a size that the compiler knows */
            memcpy(out + found * sizeof(uint64_t), values + i * sizeof(uint64_t), sizeof(uint64_t));
        else
            memcpy(out + found * bytes, values + i * bytes, bytes);
        found += present[i] != 0;
    }
    p->values.size += found * bytes;
    p->n_values += found;
}

/* As many rows as go into the page; returns how many. */
static size_t add_rows(pg_parquet_pages *p, const pg_parquet_slice *slice, size_t first, size_t n)
{
    const uint8_t *present = slice->present ? slice->present + first : NULL;
    size_t bytes = width(p), before = p->values.size, room = p->most_entries - p->n_entries, i = 0;
    n = n < room ? n : room;
    if (bytes > 0) {
        const uint8_t *values = (const uint8_t *)slice->values + first * bytes;
        if (present) {
            add_present(p, values, present, n, bytes);
        } else {
            pg_parquet_buffer_add(&p->values, values, n * bytes);
            p->n_values += n;
        }
        i = n;
    }
    for (const pg_parquet_bytes *values = slice->values; i < n && !is_full(p); i++) {
        if (present && !present[i])
            continue;
        add_bytes(p, values[first + i]);
        p->n_values++;
    }
    p->n_entries += i;
    p->raw += (int64_t)(p->values.size - before);
    return i;
}

static void add_levels(pg_parquet_pages *p, const uint8_t *present, size_t n)
{
    uint8_t *levels = p->column->max_definition > 0 ? pg_parquet_buffer_reserve(&p->levels, n) : NULL;
    if (!levels)
        return;
    for (size_t i = 0; i < n; i++)
        levels[i] = !present || present[i];
    p->levels.size += n;
}

pg_status pg_parquet_pages_append(pg_parquet_pages *p, const pg_parquet_slice *slice, size_t first, size_t n,
                                  pg_error *err)
{
    for (size_t done = 0; done < n;) {
        size_t part = add_rows(p, slice, first + done, n - done);
        add_levels(p, slice->present ? slice->present + first + done : NULL, part);
        done += part;
        pg_status status = pg_parquet_buffer_check(&p->values, err);
        if (status == PG_OK)
            status = pg_parquet_buffer_check(&p->levels, err);
        if (status == PG_OK && is_full(p))
            status = end_page(p, err);
        if (status != PG_OK)
            return status;
    }
    return PG_OK;
}
