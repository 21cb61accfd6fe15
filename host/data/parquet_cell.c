#include "data/parquet_cell.h"

#include <math.h>

#include "data/parquet_bits.h"

enum { DIGITS = 38, WIDE_BYTES = 16, HALF_FRACTION = 10, HALF_BIAS = 15, HALF_TOP = 31 };

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

static const int64_t day_ns = INT64_C(86400000000000);

/* What a column's integers are multiplied by to get nanoseconds. */
static int64_t factor(const pg_parquet_column *column)
{
    if (column->logical == PG_PARQUET_DATE)
        return day_ns;
    if (column->logical != PG_PARQUET_TIMESTAMP && column->logical != PG_PARQUET_TIME)
        return 1;
    return column->unit == PG_PARQUET_MILLIS ? 1000000 : column->unit == PG_PARQUET_MICROS ? 1000 : 1;
}

pg_status pg_parquet_cell_kind_of(pg_parquet_cell_kind *kind, const pg_parquet_column *column, pg_error *err)
{
    bool bytes = column->type == PG_PARQUET_BYTE_ARRAY || column->type == PG_PARQUET_FIXED;
    if (column->logical == PG_PARQUET_DECIMAL && column->precision > DIGITS)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "the column %s has decimals of %d digits, more than %d", column->path,
                       column->precision, DIGITS);
    if (column->logical == PG_PARQUET_FLOAT16 || column->type == PG_PARQUET_FLOAT || column->type == PG_PARQUET_DOUBLE)
        *kind = PG_PARQUET_CELL_NUMBER;
    else
        *kind = bytes || column->logical == PG_PARQUET_DECIMAL ? PG_PARQUET_CELL_TEXT : PG_PARQUET_CELL_INTEGER;
    return PG_OK;
}

static pg_status set_integer(pg_parquet_cell *cell, const pg_parquet_column *column, int64_t value, pg_error *err)
{
    cell->kind = PG_PARQUET_CELL_INTEGER;
    if (__builtin_mul_overflow(value, factor(column), &cell->integer))
        return pg_fail(err, PG_ERR_RANGE, "the time %lld is outside the years 1677 to 2262", (long long)value);
    if (value < 0 && column->logical == PG_PARQUET_INTEGER && column->is_unsigned)
        return pg_fail(err, PG_ERR_RANGE, "the unsigned number %llu has more than 63 bits", (unsigned long long)value);
    return PG_OK;
}

/* The digits of a whole number with a point before the last `scale` of them. */
static void set_decimal(pg_parquet_cell *cell, wide value, int scale, char *text)
{
    char digits[PG_PARQUET_DECIMAL_TEXT];
    int n = 0;
    size_t length = 0;
    unsigned_wide rest = value < 0 ? 0 - (unsigned_wide)value : (unsigned_wide)value;
    for (; rest > 0 || n <= scale; rest /= 10)
        digits[n++] = (char)('0' + (int)(rest % 10));
    if (value < 0)
        text[length++] = '-';
    while (n > 0) {
        if (n == scale)
            text[length++] = '.';
        text[length++] = digits[--n];
    }
    cell->kind = PG_PARQUET_CELL_TEXT;
    cell->text = (pg_parquet_bytes){ (const uint8_t *)text, length };
}

/* Big-endian two's complement. */
static pg_status set_decimal_bytes(pg_parquet_cell *cell, const pg_parquet_column *column, pg_parquet_bytes bytes,
                                   char *text, pg_error *err)
{
    if (bytes.size == 0 || bytes.size > WIDE_BYTES)
        return pg_fail(err, PG_ERR_RANGE, "a decimal has %zu bytes", bytes.size);
    unsigned_wide value = bytes.data[0] & 0x80 ? ~(unsigned_wide)0 : 0;
    for (size_t i = 0; i < bytes.size; i++)
        value = value << 8 | bytes.data[i];
    set_decimal(cell, (wide)value, column->scale, text);
    return PG_OK;
}

static pg_status set_int96(pg_parquet_cell *cell, const uint8_t *value, pg_error *err)
{
    int64_t of_day = (int64_t)pg_load64(value), days = (int64_t)pg_load32(value + 8) - PG_PARQUET_JULIAN_1970;
    cell->kind = PG_PARQUET_CELL_INTEGER;
    if (__builtin_mul_overflow(days, day_ns, &cell->integer) ||
        __builtin_add_overflow(cell->integer, of_day, &cell->integer))
        return pg_fail(err, PG_ERR_RANGE, "a time is outside the years 1677 to 2262");
    return PG_OK;
}

static double half_to_double(const uint8_t *p)
{
    unsigned bits = (unsigned)p[0] | (unsigned)p[1] << 8;
    int exponent = (int)(bits >> HALF_FRACTION & HALF_TOP), fraction = (int)(bits & ((1 << HALF_FRACTION) - 1));
    double value;
    if (exponent == HALF_TOP)
        value = fraction ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        value = ldexp(fraction, 1 - HALF_BIAS - HALF_FRACTION);
    else
        value = ldexp(fraction + (1 << HALF_FRACTION), exponent - HALF_BIAS - HALF_FRACTION);
    return bits >> 15 ? -value : value;
}

static pg_status set_bytes(pg_parquet_cell *cell, const pg_parquet_column *column, pg_parquet_bytes bytes, char *text,
                           pg_error *err)
{
    if (column->logical == PG_PARQUET_DECIMAL)
        return set_decimal_bytes(cell, column, bytes, text, err);
    if (column->logical == PG_PARQUET_FLOAT16) {
        cell->kind = PG_PARQUET_CELL_NUMBER;
        cell->number = half_to_double(bytes.data);
    } else {
        cell->kind = PG_PARQUET_CELL_TEXT;
        cell->text = bytes;
    }
    return PG_OK;
}

static pg_status set_whole(pg_parquet_cell *cell, const pg_parquet_column *column, int64_t value, char *text,
                           pg_error *err)
{
    if (column->logical != PG_PARQUET_DECIMAL)
        return set_integer(cell, column, value, err);
    set_decimal(cell, value, column->scale, text);
    return PG_OK;
}

pg_status pg_parquet_cell_read(pg_parquet_cell *cell, const pg_parquet_column *column, const pg_parquet_batch *batch,
                               size_t index, char *text, pg_error *err)
{
    bool is_unsigned = column->logical == PG_PARQUET_INTEGER && column->is_unsigned;
    switch (column->type) {
    case PG_PARQUET_BOOLEAN: return set_whole(cell, column, batch->booleans[index], text, err);
    case PG_PARQUET_INT32: {
        int32_t value = batch->i32[index];
        return set_whole(cell, column, is_unsigned ? (int64_t)(uint32_t)value : value, text, err);
    }
    case PG_PARQUET_INT64: return set_whole(cell, column, batch->i64[index], text, err);
    case PG_PARQUET_INT96: return set_int96(cell, batch->int96 + index * PG_PARQUET_INT96_BYTES, err);
    case PG_PARQUET_FLOAT:
    case PG_PARQUET_DOUBLE:
        cell->kind = PG_PARQUET_CELL_NUMBER;
        cell->number = column->type == PG_PARQUET_FLOAT ? (double)batch->f32[index] : batch->f64[index];
        return PG_OK;
    default: return set_bytes(cell, column, batch->bytes[index], text, err);
    }
}

static int64_t multiply(int64_t value, int64_t by)
{
    int64_t product;
    if (!__builtin_mul_overflow(value, by, &product))
        return product;
    return value < 0 ? INT64_MIN : INT64_MAX;
}

bool pg_parquet_cell_bounds(int64_t *min, int64_t *max, const pg_parquet_column *column,
                            const pg_parquet_statistics *statistics)
{
    pg_parquet_cell_kind kind;
    if (!statistics->has_range || pg_parquet_cell_kind_of(&kind, column, NULL) != PG_OK ||
        kind != PG_PARQUET_CELL_INTEGER)
        return false;
    *min = multiply(statistics->min, factor(column));
    *max = multiply(statistics->max, factor(column));
    return true;
}
