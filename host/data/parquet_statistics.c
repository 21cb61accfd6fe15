/* Which of a file's statistics can be trusted, and what they say. */
#include <math.h>
#include <string.h>

#include "data/parquet_bits.h"
#include "data/parquet_file.h"

/* Parquet's rules: the new fields count when the file says that they follow the order of the type; the old ones were
 * always compared as signed values, and many writers did so for text too. */
static bool is_ordered(const pg_parquet_file *file, const pg_parquet_column *column, size_t index,
                       const pg_parquet_raw_statistics *raw)
{
    bool bytes = column->type == PG_PARQUET_BYTE_ARRAY || column->type == PG_PARQUET_FIXED;
    if (!raw->min.data || !raw->max.data)
        return false;
    if (raw->old)
        return !bytes && !column->is_unsigned;
    return file->meta.orders && file->meta.orders[index];
}

static bool set_integers(pg_parquet_statistics *s, int64_t min, int64_t max, bool is_unsigned)
{
    s->min = min;
    s->max = max;
    /* An unsigned 64-bit maximum that does not fit shows as negative: only the lower bound is then known. */
    if (is_unsigned && max < 0)
        s->max = INT64_MAX;
    return s->min <= s->max && !(is_unsigned && min < 0);
}

/* A bound of zero may stand for either zero, and NaN for none. */
static bool set_numbers(pg_parquet_statistics *s, double min, double max)
{
    s->min_number = min == 0 ? -0.0 : min;
    s->max_number = max == 0 ? 0.0 : max;
    return min <= max; /* false with NaN */
}

static bool set_range(pg_parquet_statistics *s, const pg_parquet_column *column, pg_parquet_bytes min,
                      pg_parquet_bytes max)
{
    size_t size = pg_parquet_column_bytes(column);
    bool is_unsigned = column->logical == PG_PARQUET_INTEGER && column->is_unsigned;
    if (column->type != PG_PARQUET_BYTE_ARRAY && (min.size != size || max.size != size))
        return false;
    switch (column->type) {
    case PG_PARQUET_BOOLEAN: return set_integers(s, min.data[0] & 1, max.data[0] & 1, false);
    case PG_PARQUET_INT32: {
        uint32_t a = pg_load32(min.data), b = pg_load32(max.data);
        return is_unsigned ? set_integers(s, a, b, false) : set_integers(s, (int32_t)a, (int32_t)b, false);
    }
    case PG_PARQUET_INT64:
        return set_integers(s, (int64_t)pg_load64(min.data), (int64_t)pg_load64(max.data), is_unsigned);
    case PG_PARQUET_FLOAT: {
        float a, b;
        memcpy(&a, min.data, sizeof a);
        memcpy(&b, max.data, sizeof b);
        return set_numbers(s, (double)a, (double)b);
    }
    case PG_PARQUET_DOUBLE: {
        double a, b;
        memcpy(&a, min.data, sizeof a);
        memcpy(&b, max.data, sizeof b);
        return set_numbers(s, a, b);
    }
    case PG_PARQUET_BYTE_ARRAY:
    case PG_PARQUET_FIXED:
        s->min_bytes = min;
        s->max_bytes = max;
        return column->logical != PG_PARQUET_DECIMAL && column->logical != PG_PARQUET_FLOAT16 &&
               column->logical != PG_PARQUET_INTERVAL && column->logical != PG_PARQUET_OTHER;
    default: return false; /* INT96 has no order */
    }
}

bool pg_parquet_chunk_statistics(const pg_parquet_file *file, size_t group, size_t column, pg_parquet_statistics *s)
{
    const pg_parquet_raw_statistics *raw = &file->meta.groups[group].chunks[column].statistics;
    const pg_parquet_column *c = &file->meta.schema.columns[column];
    *s = (pg_parquet_statistics){ .has_nulls = raw->nulls >= 0, .nulls = raw->nulls };
    s->has_range = is_ordered(file, c, column, raw) && set_range(s, c, raw->min, raw->max);
    return s->has_range || s->has_nulls;
}
