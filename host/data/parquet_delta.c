#include "data/parquet_delta.h"

#include "data/parquet_bits.h"

enum { BLOCK = 128, PARTS = 4, PER_PART = BLOCK / PARTS, BLOCK_MAX = 1 << 16 };

static pg_status damaged(pg_error *err, const char *what)
{
    return pg_fail(err, PG_ERR_CORRUPT, "the differences of a page %s", what);
}

static bool varint(pg_delta *delta, uint64_t *value)
{
    *value = 0;
    for (int shift = 0; shift < 64 && delta->p < delta->end; shift += 7) {
        uint8_t byte = *delta->p++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

pg_status pg_delta_start(pg_delta *delta, const uint8_t *data, size_t size, pg_error *err)
{
    *delta = (pg_delta){ .p = data, .end = data + size, .first = true };
    uint64_t block, parts, first;
    if (!varint(delta, &block) || !varint(delta, &parts) || !varint(delta, &delta->left) || !varint(delta, &first))
        return damaged(err, "have a header that is cut off");
    if (block == 0 || block > BLOCK_MAX || parts == 0 || parts > block || block % parts != 0 || block / parts % 8 != 0)
        return damaged(err, "have blocks of a size that is not allowed");
    delta->value = (uint64_t)pg_unzigzag(first);
    delta->per_block = (uint32_t)block;
    delta->parts = (uint32_t)parts;
    delta->per_part = (uint32_t)(block / parts);
    delta->part = delta->parts;
    delta->in_part = delta->per_part;
    return PG_OK;
}

static pg_status next_block(pg_delta *delta, pg_error *err)
{
    uint64_t least;
    if (!varint(delta, &least) || (size_t)(delta->end - delta->p) < delta->parts)
        return damaged(err, "end too soon");
    delta->least = (uint64_t)pg_unzigzag(least);
    delta->widths = delta->p;
    delta->p += delta->parts;
    delta->part = 0;
    return PG_OK;
}

/* Goes to the next part; the packed bytes behind the last values may be cut off by some writers, those before not. */
static pg_status next_part(pg_delta *delta, pg_error *err)
{
    if (delta->part == delta->parts) {
        pg_status status = next_block(delta, err);
        if (status != PG_OK)
            return status;
    }
    delta->width = delta->widths[delta->part++];
    if (delta->width > 64)
        return damaged(err, "have a width of more than 64 bits");
    size_t left = (size_t)(delta->end - delta->p), bytes = (size_t)delta->per_part * (unsigned)delta->width / 8;
    uint64_t used = delta->left < delta->per_part ? delta->left : delta->per_part;
    if (bytes > left && (used * (unsigned)delta->width + 7) / 8 > left)
        return damaged(err, "end too soon");
    delta->packed = delta->p;
    delta->p += bytes < left ? bytes : left;
    delta->in_part = 0;
    return PG_OK;
}

static void unpack(pg_delta *delta, int64_t *values, size_t n)
{
    uint64_t value = delta->value, least = delta->least;
    if (delta->width == 0) {
        for (size_t i = 0; i < n; i++)
            values[i] = (int64_t)(value += least);
    } else if (delta->width <= 56) {
        uint64_t mask = pg_bit_mask(delta->width);
        size_t bit = (size_t)delta->in_part * (unsigned)delta->width;
        for (size_t i = 0; i < n; i++, bit += (unsigned)delta->width)
            values[i] = (int64_t)(value += least + (pg_load64(delta->packed + (bit >> 3)) >> (bit & 7) & mask));
    } else {
        for (size_t i = 0; i < n; i++)
            values[i] = (int64_t)(value += least + pg_unpack64(delta->packed, delta->in_part + i, delta->width));
    }
    delta->value = value;
    delta->in_part += (uint32_t)n;
}

pg_status pg_delta_read(pg_delta *delta, int64_t *values, size_t n, pg_error *err)
{
    if (n > delta->left)
        return damaged(err, "are fewer than the page has values");
    size_t done = 0;
    if (n > 0 && delta->first) {
        values[done++] = (int64_t)delta->value;
        delta->first = false;
        delta->left--;
    }
    while (done < n) {
        if (delta->in_part == delta->per_part) {
            pg_status status = next_part(delta, err);
            if (status != PG_OK)
                return status;
        }
        size_t part = delta->per_part - delta->in_part;
        part = part < n - done ? part : n - done;
        unpack(delta, values + done, part);
        delta->left -= part;
        done += part;
    }
    return PG_OK;
}

pg_status pg_delta_find_end(const uint8_t **end, const uint8_t *data, size_t size, pg_error *err)
{
    pg_delta delta;
    pg_status status = pg_delta_start(&delta, data, size, err);
    if (status == PG_OK && delta.left > 0)
        delta.left--;
    while (status == PG_OK && delta.left > 0) {
        status = next_part(&delta, err);
        delta.left -= delta.left < delta.per_part ? delta.left : delta.per_part;
    }
    *end = delta.p;
    return status;
}

/* ---- writing ---- */

/* The differences of up to a block's values, which wrap around as the column's integers do. */
static int64_t subtract(int64_t a, int64_t b, int bits)
{
    uint64_t difference = (uint64_t)a - (uint64_t)b;
    return bits == 32 ? (int32_t)(uint32_t)difference : (int64_t)difference;
}

static void write_block(pg_parquet_buffer *out, const int64_t *differences, size_t n)
{
    int64_t least = differences[0];
    for (size_t i = 1; i < n; i++)
        least = differences[i] < least ? differences[i] : least;
    pg_parquet_buffer_add_varint(out, pg_zigzag(least));
    uint8_t *place = pg_parquet_buffer_reserve(out, PARTS + BLOCK * sizeof(int64_t));
    if (!place)
        return;
    memset(place, 0, PARTS);
    uint8_t *packed = place + PARTS;
    for (size_t part = 0; part * PER_PART < n; part++) {
        uint64_t values[PER_PART] = { 0 }, all = 0;
        for (size_t i = 0; i < PER_PART && part * PER_PART + i < n; i++) {
            values[i] = (uint64_t)differences[part * PER_PART + i] - (uint64_t)least;
            all |= values[i];
        }
        int width = pg_bit_width(all);
        place[part] = (uint8_t)width;
        if (width == 0)
            continue;
        pg_bit_packer packer = { .p = packed };
        for (size_t i = 0; i < PER_PART; i++)
            pg_pack(&packer, values[i], width);
        pg_pack_end(&packer);
        packed += PER_PART / 8 * (size_t)width;
    }
    out->size += (size_t)(packed - place);
}

void pg_delta_write(pg_parquet_buffer *out, const int64_t *values, size_t n, int bits)
{
    pg_parquet_buffer_add_varint(out, BLOCK);
    pg_parquet_buffer_add_varint(out, PARTS);
    pg_parquet_buffer_add_varint(out, n);
    pg_parquet_buffer_add_varint(out, pg_zigzag(n > 0 ? values[0] : 0));
    for (size_t done = 1; done < n;) {
        int64_t differences[BLOCK];
        size_t part = n - done < BLOCK ? n - done : (size_t)BLOCK;
        for (size_t i = 0; i < part; i++)
            differences[i] = subtract(values[done + i], values[done + i - 1], bits);
        write_block(out, differences, part);
        done += part;
    }
}
