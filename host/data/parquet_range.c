#include "data/parquet_range.h"

#include "data/parquet_bits.h"

enum { LENGTH_BYTES = 4 };

static void add_integer(pg_parquet_range *r, int64_t least, int64_t most)
{
    r->min_integer = r->any && r->min_integer < least ? r->min_integer : least;
    r->max_integer = r->any && r->max_integer > most ? r->max_integer : most;
    r->any = true;
}

static void add_i64(pg_parquet_range *r, const uint8_t *values, size_t n, uint64_t shift)
{
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        int64_t value = (int64_t)(pg_load64(values + i * sizeof value) ^ shift);
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    add_integer(r, least, most);
}

static void add_i32(pg_parquet_range *r, const uint8_t *values, size_t n, uint32_t shift)
{
    int32_t least = INT32_MAX, most = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        int32_t value = (int32_t)(pg_load32(values + i * sizeof value) ^ shift);
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    add_integer(r, least, most);
}

static void add_booleans(pg_parquet_range *r, const uint8_t *values, size_t n)
{
    size_t set = 0;
    for (size_t i = 0; i < n; i++)
        set += values[i] != 0;
    add_integer(r, set == n, set > 0);
}

static void add_doubles(pg_parquet_range *r, const uint8_t *values, size_t n)
{
    double least = __builtin_inf(), most = -__builtin_inf();
    size_t nans = 0;
    for (size_t i = 0; i < n; i++) {
        double value;
        memcpy(&value, values + i * sizeof value, sizeof value);
        nans += value != value;
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    r->nans += (int64_t)nans;
    if (nans == n)
        return;
    r->min_number = r->any && r->min_number < least ? r->min_number : least;
    r->max_number = r->any && r->max_number > most ? r->max_number : most;
    r->any = true;
}

static int compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

static void add_bytes(pg_parquet_range *r, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n && !r->beyond; i++) {
        size_t size = pg_load32(p);
        p += LENGTH_BYTES;
        r->beyond = size > PG_PARQUET_RANGE_BYTES;
        if (r->beyond)
            return;
        if (!r->any || compare(p, size, r->min, r->min_size) < 0) {
            memcpy(r->min, p, size);
            r->min_size = size;
        }
        if (!r->any || compare(p, size, r->max, r->max_size) > 0) {
            memcpy(r->max, p, size);
            r->max_size = size;
        }
        r->any = true;
        p += size;
    }
}

void pg_parquet_range_add(pg_parquet_range *range, const pg_parquet_column *column, const uint8_t *values, size_t n)
{
    if (n == 0)
        return;
    switch (column->type) {
    case PG_PARQUET_BOOLEAN: add_booleans(range, values, n); break;
    case PG_PARQUET_INT32: add_i32(range, values, n, column->is_unsigned ? UINT32_C(1) << 31 : 0); break;
    case PG_PARQUET_INT64: add_i64(range, values, n, column->is_unsigned ? UINT64_C(1) << 63 : 0); break;
    case PG_PARQUET_DOUBLE: add_doubles(range, values, n); break;
    default: add_bytes(range, values, n);
    }
}

static void set_integers(pg_parquet_range *r, const pg_parquet_column *column)
{
    uint64_t shift = column->is_unsigned ? UINT64_C(1) << 63 : 0;
    if (column->type == PG_PARQUET_INT32)
        shift >>= 32;
    uint64_t min = (uint64_t)r->min_integer ^ shift, max = (uint64_t)r->max_integer ^ shift;
    r->min_size = r->max_size = pg_parquet_column_bytes(column);
    memcpy(r->min, &min, r->min_size);
    memcpy(r->max, &max, r->max_size);
}

static void set_numbers(pg_parquet_range *r)
{
    double min = r->min_number == 0 ? -0.0 : r->min_number, max = r->max_number == 0 ? 0.0 : r->max_number;
    r->min_size = r->max_size = sizeof min; /* a bound of zero covers both zeros */
    memcpy(r->min, &min, sizeof min);
    memcpy(r->max, &max, sizeof max);
}

void pg_parquet_range_finish(pg_parquet_range *range, const pg_parquet_column *column, pg_parquet_raw_statistics *s)
{
    s->nans = column->type == PG_PARQUET_DOUBLE ? range->nans : -1;
    if (!range->any || range->beyond)
        return;
    if (column->type == PG_PARQUET_DOUBLE)
        set_numbers(range);
    else if (column->type != PG_PARQUET_BYTE_ARRAY)
        set_integers(range, column);
    s->min = (pg_parquet_bytes){ range->min, range->min_size };
    s->max = (pg_parquet_bytes){ range->max, range->max_size };
}
