#include "data/parquet_decode.h"

#include <stdlib.h>

#include "data/parquet_bits.h"

enum { LENGTH_BYTES = 4, INDEX_BITS_MAX = 32 };

static pg_status too_short(pg_error *err)
{
    return pg_fail(err, PG_ERR_CORRUPT, "a page has fewer values than its header says");
}

pg_status pg_parquet_decoder_init(pg_parquet_decoder *decoder, const pg_parquet_column *column, pg_error *err)
{
    *decoder = (pg_parquet_decoder){ .column = column };
    decoder->indexes = malloc(PG_PARQUET_BATCH * sizeof *decoder->indexes);
    decoder->numbers = malloc(2 * PG_PARQUET_BATCH * sizeof *decoder->numbers);
    return decoder->indexes && decoder->numbers ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
}

void pg_parquet_decoder_free(pg_parquet_decoder *decoder)
{
    free(decoder->indexes);
    free(decoder->numbers);
    pg_parquet_buffer_free(&decoder->arena);
    pg_parquet_buffer_free(&decoder->last);
    *decoder = (pg_parquet_decoder){ 0 };
}

/* ---- starting a page ---- */

static pg_status start_dictionary(pg_parquet_decoder *d, const uint8_t *data, size_t size, pg_error *err)
{
    if (!d->dictionary->present)
        return pg_fail(err, PG_ERR_CORRUPT, "a page needs a dictionary, and there is none before it");
    if (size == 0) { /* a page of nulls only */
        pg_rle_start(&d->rle, data, 0, 1);
        return PG_OK;
    }
    if (data[0] > INDEX_BITS_MAX)
        return pg_fail(err, PG_ERR_CORRUPT, "a page has dictionary indexes of %d bits", data[0]);
    pg_rle_start(&d->rle, data + 1, size - 1, data[0]);
    return PG_OK;
}

static pg_status start_rle(pg_parquet_decoder *d, const uint8_t *data, size_t size, pg_error *err)
{
    uint32_t length = size >= LENGTH_BYTES ? pg_load32(data) : 0;
    if (size > 0 && (size < LENGTH_BYTES || length > size - LENGTH_BYTES))
        return too_short(err);
    pg_rle_start(&d->rle, size > 0 ? data + LENGTH_BYTES : data, length, 1);
    return PG_OK;
}

static pg_status start_byte_arrays(pg_parquet_decoder *d, const uint8_t *data, size_t size, pg_error *err)
{
    if (size == 0)
        return PG_OK; /* delta stays empty: any value is one too many */
    const uint8_t *end;
    pg_status status = pg_delta_start(&d->delta, data, size, err);
    if (status == PG_OK)
        status = pg_delta_find_end(&end, data, size, err);
    if (status != PG_OK)
        return status;
    d->p = end;
    if (d->encoding == PG_PARQUET_DELTA_LENGTH_BYTE_ARRAY)
        return PG_OK;
    d->last.size = 0;
    size_t left = (size_t)(d->end - end);
    status = pg_delta_start(&d->suffixes, d->p, left, err);
    return status == PG_OK ? pg_delta_find_end(&d->p, d->p, left, err) : status;
}

/* Which encodings a type may have. */
static bool is_allowed(int encoding, pg_parquet_type type)
{
    bool integer = type == PG_PARQUET_INT32 || type == PG_PARQUET_INT64;
    switch (encoding) {
    case PG_PARQUET_PLAIN: return true;
    case PG_PARQUET_PLAIN_DICTIONARY:
    case PG_PARQUET_RLE_DICTIONARY: return type != PG_PARQUET_BOOLEAN;
    case PG_PARQUET_RLE: return type == PG_PARQUET_BOOLEAN;
    case PG_PARQUET_DELTA_BINARY_PACKED: return integer;
    case PG_PARQUET_DELTA_LENGTH_BYTE_ARRAY: return type == PG_PARQUET_BYTE_ARRAY;
    case PG_PARQUET_DELTA_BYTE_ARRAY: return pg_parquet_is_bytes(type);
    case PG_PARQUET_BYTE_STREAM_SPLIT:
        return integer || type == PG_PARQUET_FLOAT || type == PG_PARQUET_DOUBLE || type == PG_PARQUET_FIXED;
    default: return false;
    }
}

pg_status pg_parquet_decoder_start(pg_parquet_decoder *d, int encoding, const uint8_t *data, size_t size,
                                   const pg_parquet_dictionary *dictionary, size_t budget, pg_error *err)
{
    if (!is_allowed(encoding, d->column->type))
        return pg_fail(err, PG_ERR_UNSUPPORTED, "a page of %s has the encoding %d, which is not supported for it",
                       pg_parquet_type_name(d->column->type), encoding);
    d->encoding = (pg_parquet_encoding)encoding;
    d->dictionary = dictionary;
    d->p = data;
    d->end = data + size;
    d->taken = 0;
    d->budget = budget;
    d->delta = d->suffixes = (pg_delta){ 0 };
    switch (d->encoding) {
    case PG_PARQUET_PLAIN_DICTIONARY:
    case PG_PARQUET_RLE_DICTIONARY: return start_dictionary(d, data, size, err);
    case PG_PARQUET_RLE: return start_rle(d, data, size, err);
    case PG_PARQUET_DELTA_BINARY_PACKED: return size > 0 ? pg_delta_start(&d->delta, data, size, err) : PG_OK;
    case PG_PARQUET_DELTA_LENGTH_BYTE_ARRAY:
    case PG_PARQUET_DELTA_BYTE_ARRAY: return start_byte_arrays(d, data, size, err);
    case PG_PARQUET_BYTE_STREAM_SPLIT: d->stride = size / pg_parquet_column_bytes(d->column); return PG_OK;
    default: return PG_OK;
    }
}

/* ---- PLAIN ---- */

static pg_status read_booleans(pg_parquet_decoder *d, uint8_t *values, size_t n, pg_error *err)
{
    if (n > (size_t)(d->end - d->p) * 8 - d->taken)
        return too_short(err);
    for (size_t i = 0; i < n; i++) {
        size_t bit = d->taken + i;
        values[i] = d->p[bit / 8] >> (bit % 8) & 1;
    }
    return PG_OK;
}

static pg_status view_plain(const uint8_t **p, const uint8_t *end, pg_parquet_bytes *values, size_t n, pg_error *err)
{
    const uint8_t *at = *p;
    for (size_t i = 0; i < n; i++) {
        if ((size_t)(end - at) < LENGTH_BYTES)
            return too_short(err);
        size_t length = pg_load32(at);
        at += LENGTH_BYTES;
        if (length > (size_t)(end - at))
            return too_short(err);
        values[i] = (pg_parquet_bytes){ at, length };
        at += length;
    }
    *p = at;
    return PG_OK;
}

static void view_fixed(const uint8_t *p, pg_parquet_bytes *values, size_t n, size_t length)
{
    for (size_t i = 0; i < n; i++)
        values[i] = (pg_parquet_bytes){ p + i * length, length };
}

static pg_status read_plain(pg_parquet_decoder *d, void *values, size_t n, pg_error *err)
{
    pg_parquet_type type = d->column->type;
    if (type == PG_PARQUET_BOOLEAN)
        return read_booleans(d, values, n, err);
    if (type == PG_PARQUET_BYTE_ARRAY)
        return view_plain(&d->p, d->end, values, n, err);
    size_t bytes = pg_parquet_column_bytes(d->column);
    if (n > (size_t)(d->end - d->p) / bytes)
        return too_short(err);
    if (type == PG_PARQUET_FIXED)
        view_fixed(d->p, values, n, bytes);
    else
        memcpy(values, d->p, n * bytes);
    d->p += n * bytes;
    return PG_OK;
}

/* ---- dictionaries ---- */

static void gather32(uint32_t *values, const uint8_t *from, const uint32_t *indexes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = pg_load32(from + (size_t)indexes[i] * sizeof *values);
}

static void gather64(uint64_t *values, const uint8_t *from, const uint32_t *indexes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = pg_load64(from + (size_t)indexes[i] * sizeof *values);
}

static pg_status read_indexed(pg_parquet_decoder *d, void *values, size_t n, pg_error *err)
{
    const pg_parquet_dictionary *dictionary = d->dictionary;
    uint32_t *indexes = d->indexes, highest = 0;
    pg_status status = pg_rle_read(&d->rle, indexes, n, err);
    if (status != PG_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        highest = indexes[i] > highest ? indexes[i] : highest;
    if (n > 0 && highest >= dictionary->n)
        return pg_fail(err, PG_ERR_CORRUPT, "a page refers to entry %u of a dictionary of %zu", highest, dictionary->n);
    switch (d->column->type) {
    case PG_PARQUET_INT32:
    case PG_PARQUET_FLOAT: gather32(values, dictionary->values, indexes, n); break;
    case PG_PARQUET_INT64:
    case PG_PARQUET_DOUBLE: gather64(values, dictionary->values, indexes, n); break;
    case PG_PARQUET_INT96:
        for (size_t i = 0; i < n; i++)
            memcpy((uint8_t *)values + i * PG_PARQUET_INT96_BYTES,
                   dictionary->values + (size_t)indexes[i] * PG_PARQUET_INT96_BYTES, PG_PARQUET_INT96_BYTES);
        break;
    default:
        for (size_t i = 0; i < n; i++)
            ((pg_parquet_bytes *)values)[i] = dictionary->views[indexes[i]];
    }
    return PG_OK;
}

pg_status pg_parquet_dictionary_read(pg_parquet_dictionary *dictionary, const pg_parquet_column *column,
                                     const uint8_t *data, size_t size, size_t n, pg_error *err)
{
    size_t bytes = pg_parquet_column_bytes(column), least = bytes ? bytes : LENGTH_BYTES;
    *dictionary = (pg_parquet_dictionary){ .values = data };
    if (column->type == PG_PARQUET_BOOLEAN || n > size / least)
        return pg_fail(err, PG_ERR_CORRUPT, "a dictionary of %zu values cannot have %zu bytes", n, size);
    if (pg_parquet_is_bytes(column->type)) {
        dictionary->views = malloc(n ? n * sizeof *dictionary->views : 1);
        if (!dictionary->views)
            return pg_fail(err, PG_ERR_MEMORY, "out of memory");
        if (bytes > 0)
            view_fixed(data, dictionary->views, n, bytes);
        pg_status status = bytes > 0 ? PG_OK : view_plain(&data, data + size, dictionary->views, n, err);
        if (status != PG_OK)
            return status;
    }
    dictionary->n = n;
    dictionary->present = true;
    return PG_OK;
}

void pg_parquet_dictionary_free(pg_parquet_dictionary *dictionary)
{
    free(dictionary->views);
    *dictionary = (pg_parquet_dictionary){ 0 };
}

/* ---- the other encodings ---- */

static pg_status read_rle(pg_parquet_decoder *d, uint8_t *values, size_t n, pg_error *err)
{
    pg_status status = pg_rle_read(&d->rle, d->indexes, n, err);
    for (size_t i = 0; status == PG_OK && i < n; i++)
        values[i] = (uint8_t)d->indexes[i];
    return status;
}

static pg_status read_differences(pg_parquet_decoder *d, void *values, size_t n, pg_error *err)
{
    if (d->column->type == PG_PARQUET_INT64)
        return pg_delta_read(&d->delta, values, n, err);
    pg_status status = pg_delta_read(&d->delta, d->numbers, n, err);
    for (size_t i = 0; status == PG_OK && i < n; i++)
        ((int32_t *)values)[i] = (int32_t)(uint32_t)d->numbers[i];
    return status;
}

static pg_status read_split(pg_parquet_decoder *d, void *values, size_t n, pg_error *err)
{
    size_t bytes = pg_parquet_column_bytes(d->column);
    if (n > d->stride - d->taken)
        return too_short(err);
    uint8_t *out = values;
    if (d->column->type == PG_PARQUET_FIXED) {
        d->arena.size = 0;
        out = pg_parquet_buffer_reserve(&d->arena, n * bytes);
        if (!out)
            return pg_parquet_buffer_check(&d->arena, err);
        view_fixed(out, values, n, bytes);
    }
    for (size_t k = 0; k < bytes; k++) {
        const uint8_t *stream = d->p + k * d->stride + d->taken;
        for (size_t i = 0; i < n; i++)
            out[i * bytes + k] = stream[i];
    }
    return PG_OK;
}

static pg_status read_delta_lengths(pg_parquet_decoder *d, pg_parquet_bytes *values, size_t n, pg_error *err)
{
    pg_status status = pg_delta_read(&d->delta, d->numbers, n, err);
    for (size_t i = 0; status == PG_OK && i < n; i++) {
        if (d->numbers[i] < 0 || d->numbers[i] > d->end - d->p)
            return too_short(err);
        values[i] = (pg_parquet_bytes){ d->p, (size_t)d->numbers[i] };
        d->p += d->numbers[i];
    }
    return status;
}

/* Checks the lengths of a batch, and that its bytes are within the budget. */
static pg_status measure(pg_parquet_decoder *d, const int64_t *prefixes, const int64_t *suffixes, size_t n,
                         size_t *total, pg_error *err)
{
    size_t last = d->last.size, left = (size_t)(d->end - d->p);
    *total = 0;
    for (size_t i = 0; i < n; i++) {
        if (prefixes[i] < 0 || (uint64_t)prefixes[i] > last || suffixes[i] < 0 || (uint64_t)suffixes[i] > left)
            return pg_fail(err, PG_ERR_CORRUPT, "a page has byte arrays with lengths that do not fit");
        left -= (size_t)suffixes[i];
        last = (size_t)(prefixes[i] + suffixes[i]);
        if (d->column->type == PG_PARQUET_FIXED && last != (size_t)d->column->length)
            return pg_fail(err, PG_ERR_CORRUPT, "a byte array of fixed length has another length");
        if (last > d->budget)
            return pg_fail(err, PG_ERR_RANGE, "a page's byte arrays come to more bytes than are allowed here");
        d->budget -= last;
        *total += last;
    }
    return PG_OK;
}

static pg_status read_delta_bytes(pg_parquet_decoder *d, pg_parquet_bytes *values, size_t n, pg_error *err)
{
    int64_t *prefixes = d->numbers, *suffixes = d->numbers + PG_PARQUET_BATCH;
    size_t total = 0;
    pg_status status = pg_delta_read(&d->delta, prefixes, n, err);
    if (status == PG_OK)
        status = pg_delta_read(&d->suffixes, suffixes, n, err);
    if (status == PG_OK)
        status = measure(d, prefixes, suffixes, n, &total, err);
    if (status != PG_OK || n == 0)
        return status;
    d->arena.size = 0;
    uint8_t *out = pg_parquet_buffer_reserve(&d->arena, total);
    if (!out)
        return pg_parquet_buffer_check(&d->arena, err);
    const uint8_t *last = d->last.data;
    for (size_t i = 0; i < n; i++) {
        size_t prefix = (size_t)prefixes[i], suffix = (size_t)suffixes[i];
        if (prefix > 0)
            memcpy(out, last, prefix);
        if (suffix > 0)
            memcpy(out + prefix, d->p, suffix);
        d->p += suffix;
        values[i] = (pg_parquet_bytes){ out, prefix + suffix };
        last = out;
        out += prefix + suffix;
    }
    d->last.size = 0;
    pg_parquet_buffer_add(&d->last, values[n - 1].data, values[n - 1].size);
    return pg_parquet_buffer_check(&d->last, err);
}

pg_status pg_parquet_decoder_read(pg_parquet_decoder *d, void *values, size_t n, pg_error *err)
{
    pg_status status;
    switch (d->encoding) {
    case PG_PARQUET_PLAIN_DICTIONARY:
    case PG_PARQUET_RLE_DICTIONARY: status = read_indexed(d, values, n, err); break;
    case PG_PARQUET_RLE: status = read_rle(d, values, n, err); break;
    case PG_PARQUET_DELTA_BINARY_PACKED: status = read_differences(d, values, n, err); break;
    case PG_PARQUET_DELTA_LENGTH_BYTE_ARRAY: status = read_delta_lengths(d, values, n, err); break;
    case PG_PARQUET_DELTA_BYTE_ARRAY: status = read_delta_bytes(d, values, n, err); break;
    case PG_PARQUET_BYTE_STREAM_SPLIT: status = read_split(d, values, n, err); break;
    default: status = read_plain(d, values, n, err);
    }
    d->taken += n;
    return status;
}
