#include "data/parquet_rle.h"

#include "data/parquet_bits.h"

enum { GROUP = 8, RUN_MIN = 8, LEVELS_PART = 1024 };

void pg_rle_start(pg_rle *rle, const uint8_t *data, size_t size, int width)
{
    *rle = (pg_rle){ .p = data, .end = data + size, .width = width };
}

void pg_rle_start_packed(pg_rle *rle, const uint8_t *data, size_t size, int width)
{
    *rle = (pg_rle){ .p = data + size, .end = data + size, .width = width, .at = data, .plain = true };
    rle->packed = width > 0 ? (uint64_t)size * 8 / (unsigned)width : 0;
}

static pg_status too_short(pg_error *err)
{
    return pg_fail(err, PG_ERR_CORRUPT, "the run lengths of a page end too soon");
}

/* Goes to the next run. A packed run at the very end may be cut off: some writers leave out the padding. */
static pg_status next_run(pg_rle *rle, pg_error *err)
{
    uint64_t head = 0;
    int shift = 0;
    for (;; shift += 7) {
        if (rle->p == rle->end || shift > 35)
            return too_short(err);
        uint8_t byte = *rle->p++;
        head |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            break;
    }
    size_t left = (size_t)(rle->end - rle->p);
    if (head & 1) {
        uint64_t bytes = (head >> 1) * (unsigned)rle->width;
        rle->packed = (head >> 1) * GROUP;
        if (bytes > left) {
            bytes = left;
            rle->packed = (uint64_t)left * 8 / (unsigned)rle->width;
        }
        rle->at = rle->p;
        rle->taken = 0;
        rle->p += bytes;
    } else {
        size_t bytes = (size_t)(rle->width + 7) / 8;
        if (bytes > left)
            return too_short(err);
        rle->repeated = head >> 1;
        rle->value = 0;
        for (size_t i = 0; i < bytes; i++)
            rle->value |= (uint32_t)rle->p[i] << (8 * i);
        rle->p += bytes;
        if (rle->value > pg_bit_mask(rle->width))
            return pg_fail(err, PG_ERR_CORRUPT, "a run repeats a value of more than %d bits", rle->width);
    }
    return PG_OK;
}

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

/* Eight at a time from a byte boundary on: the shifts are then the same for every group. */
static void unpack(const uint8_t *p, size_t first, uint32_t *values, size_t n, int width)
{
    size_t i = 0;
    for (; i < n && (first + i) % GROUP != 0; i++)
        values[i] = pg_unpack32(p, first + i, width);
    for (; i + GROUP <= n; i += GROUP) {
        const uint8_t *group = p + (first + i) / GROUP * (size_t)width;
        for (size_t k = 0; k < GROUP; k++)
            values[i + k] = pg_unpack32(group, k, width);
    }
    for (; i < n; i++)
        values[i] = pg_unpack32(p, first + i, width);
}

/* BIT_PACKED has the highest bit of a value first. */
static uint32_t unpack_high_first(const uint8_t *p, size_t index, int width)
{
    uint32_t value = 0;
    for (size_t bit = index * (size_t)width, end = bit + (size_t)width; bit < end; bit++)
        value = value << 1 | (p[bit / 8] >> (7 - bit % 8) & 1);
    return value;
}

pg_status pg_rle_read(pg_rle *rle, uint32_t *values, size_t n, pg_error *err)
{
    if (rle->width == 0) { /* no bits: all are 0, whatever runs there are */
        memset(values, 0, n * sizeof *values);
        return PG_OK;
    }
    for (size_t done = 0; done < n;) {
        if (rle->repeated > 0) {
            size_t part = least(rle->repeated, n - done);
            for (size_t i = 0; i < part; i++)
                values[done + i] = rle->value;
            rle->repeated -= part;
            done += part;
        } else if (rle->packed > 0) {
            size_t part = least(rle->packed, n - done);
            if (rle->plain)
                for (size_t i = 0; i < part; i++)
                    values[done + i] = unpack_high_first(rle->at, rle->taken + i, rle->width);
            else
                unpack(rle->at, rle->taken, values + done, part, rle->width);
            rle->packed -= part;
            rle->taken += part;
            done += part;
        } else if (rle->plain) {
            return too_short(err);
        } else {
            pg_status status = next_run(rle, err);
            if (status != PG_OK)
                return status;
        }
    }
    return PG_OK;
}

pg_status pg_rle_read_levels(pg_rle *rle, uint8_t *levels, size_t n, int max, pg_error *err)
{
    uint32_t values[LEVELS_PART], highest = 0;
    for (size_t done = 0; done < n;) {
        size_t part = least(LEVELS_PART, n - done);
        if (rle->repeated > 0) { /* the common case, a long run, without the detour */
            part = least(rle->repeated, n - done);
            memset(levels + done, (int)(rle->value & 0xff), part);
            highest = rle->value > highest ? rle->value : highest;
            rle->repeated -= part;
            done += part;
            continue;
        }
        if (rle->packed > 0)
            part = least(rle->packed, part);
        else if (!rle->plain && rle->width > 0) {
            pg_status status = next_run(rle, err);
            if (status != PG_OK)
                return status;
            continue;
        }
        pg_status status = pg_rle_read(rle, values, part, err);
        if (status != PG_OK)
            return status;
        for (size_t i = 0; i < part; i++) {
            highest = values[i] > highest ? values[i] : highest;
            levels[done + i] = (uint8_t)values[i];
        }
        done += part;
    }
    if (highest > (uint32_t)max)
        return pg_fail(err, PG_ERR_CORRUPT, "a level is %u, above the column's highest, %d", highest, max);
    return PG_OK;
}

/* ---- writing ---- */

static void write_packed(pg_parquet_buffer *out, const uint32_t *values, size_t n, int width)
{
    if (n == 0)
        return;
    size_t groups = (n + GROUP - 1) / GROUP, bytes = groups * (size_t)width;
    pg_parquet_buffer_add_varint(out, (uint64_t)groups << 1 | 1);
    uint8_t *place = pg_parquet_buffer_reserve(out, bytes);
    if (!place)
        return;
    memset(place, 0, bytes);
    pg_bit_packer packer = { .p = place };
    for (size_t i = 0; i < n; i++)
        pg_pack(&packer, values[i], width);
    pg_pack_end(&packer);
    out->size += bytes;
}

static void write_run(pg_parquet_buffer *out, uint32_t value, size_t n, int width)
{
    pg_parquet_buffer_add_varint(out, (uint64_t)n << 1);
    pg_parquet_buffer_add(out, &value, (size_t)(width + 7) / 8);
}

void pg_rle_write(pg_parquet_buffer *out, const uint32_t *values, size_t n, int width)
{
    size_t literal = 0; /* where the values begin that are to be packed */
    for (size_t i = 0; i < n;) {
        size_t run = 1;
        while (i + run < n && values[i + run] == values[i])
            run++;
        /* A packed run has whole groups of 8: its last group is filled from the run of equal values. */
        size_t fill = (GROUP - (i - literal) % GROUP) % GROUP;
        if (run >= fill + RUN_MIN) {
            write_packed(out, values + literal, i + fill - literal, width);
            write_run(out, values[i], run - fill, width);
            literal = i + run;
        }
        i += run;
    }
    write_packed(out, values + literal, n - literal, width);
}

void pg_rle_write_levels(pg_parquet_buffer *out, pg_parquet_buffer *scratch, const uint8_t *levels, size_t n)
{
    if (n == 0)
        return;
    if (!memchr(levels, levels[0] ^ 1, n)) { /* the common case: no nulls */
        write_run(out, levels[0], n, 1);
        return;
    }
    scratch->size = 0;
    uint32_t *values = (uint32_t *)(void *)pg_parquet_buffer_reserve(scratch, n * sizeof *values);
    if (!values) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = levels[i];
    pg_rle_write(out, values, n, 1);
}
