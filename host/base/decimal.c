#include "base/decimal.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const uint64_t powers[PG_DECIMAL_MAX + 1] = { 1,
                                                     10,
                                                     100,
                                                     1000,
                                                     10000,
                                                     100000,
                                                     1000000,
                                                     10000000,
                                                     100000000,
                                                     1000000000,
                                                     10000000000,
                                                     100000000000,
                                                     1000000000000,
                                                     10000000000000,
                                                     100000000000000,
                                                     1000000000000000,
                                                     10000000000000000,
                                                     100000000000000000,
                                                     1000000000000000000 };

enum { SCAN_DIGITS = 19 }; /* any number of so many digits fits a uint64 */

/* A parsed number: mantissa * 10^scale, the mantissa without trailing zeros. */
typedef struct {
    uint64_t mantissa;
    int scale;
    bool negative;
    bool overflow;
} number;

static bool is_digit(char c)
{
    return (unsigned)(c - '0') < 10;
}

/* Appends `zeros` zeros and a digit to the mantissa. */
static void push(number *n, int zeros, int digit)
{
    if (zeros > PG_DECIMAL_MAX || (n->mantissa && zeros + 1 > PG_DECIMAL_MAX)) {
        n->overflow = n->overflow || n->mantissa;
        zeros = 0;
    }
    uint64_t shifted;
    if (__builtin_mul_overflow(n->mantissa, powers[zeros], &shifted) ||
        __builtin_mul_overflow(shifted, 10u, &shifted) ||
        __builtin_add_overflow(shifted, (uint64_t)digit, &n->mantissa))
        n->overflow = true;
}

/* "e-05" and the like; returns false when it is malformed. Exponents beyond 9999 are cut off there. */
static bool read_exponent(const char *p, const char *end, int *exponent)
{
    bool negative = false;
    if (p < end && (*p == '-' || *p == '+'))
        negative = *p++ == '-';
    if (p == end)
        return false;
    int value = 0;
    for (; p < end; p++) {
        if (!is_digit(*p))
            return false;
        if (value < 9999)
            value = value * 10 + (*p - '0');
    }
    *exponent = negative ? -value : value;
    return true;
}

static bool read_number(number *n, const char *p, const char *end)
{
    memset(n, 0, sizeof *n);
    if (p < end && (*p == '-' || *p == '+'))
        n->negative = *p++ == '-';
    int zeros = 0, digits = 0, scale = 0;
    bool point = false;
    for (; p < end; p++) {
        if (*p == '.') {
            if (point)
                return false;
            point = true;
            continue;
        }
        if (!is_digit(*p))
            break;
        digits++;
        scale -= point;
        if (*p == '0') {
            zeros++;
            continue;
        }
        push(n, zeros, *p - '0');
        zeros = 0;
    }
    int exponent = 0;
    if (digits == 0 || (p < end && ((*p != 'e' && *p != 'E') || !read_exponent(p + 1, end, &exponent))))
        return false;
    n->scale = n->mantissa ? scale + zeros + exponent : 0;
    return true;
}

static pg_status parse_slow(int64_t *value, const char *text, size_t length, int decimals)
{
    number n;
    if (!read_number(&n, text, text + length))
        return PG_ERR_PARSE;
    int shift = n.scale + decimals;
    if (n.overflow)
        return PG_ERR_RANGE;
    if (n.mantissa == 0) {
        *value = 0;
        return PG_OK;
    }
    uint64_t magnitude;
    if (shift < 0 || shift > PG_DECIMAL_MAX || __builtin_mul_overflow(n.mantissa, powers[shift], &magnitude) ||
        magnitude > INT64_MAX)
        return PG_ERR_RANGE;
    *value = n.negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return PG_OK;
}

const char *pg_decimal_scan(int64_t *value, const char *text, const char *end, int decimals)
{
    const char *p = text;
    uint64_t v = 0;
    while (p < end && is_digit(*p))
        v = v * 10 + (uint64_t)(*p++ - '0');
    long whole = p - text;
    long fraction = 0;
    if (p < end && *p == '.') {
        const char *point = ++p;
        const char *limit = end - p > decimals ? p + decimals : end;
        while (p < limit && is_digit(*p))
            v = v * 10 + (uint64_t)(*p++ - '0');
        fraction = p - point;
        while (p < end && *p == '0')
            p++;
        if (p < end && is_digit(*p))
            return NULL;
    }
    if (whole + decimals > SCAN_DIGITS || whole == 0 || (p < end && (*p == 'e' || *p == 'E' || *p == '.')))
        return NULL;
    v *= powers[decimals - fraction];
    *value = (int64_t)v;
    return v <= INT64_MAX ? p : NULL;
}

pg_status pg_decimal_parse(int64_t *value, const char *text, size_t length, int decimals)
{
    const char *end = text + length;
    bool negative = length > 0 && text[0] == '-';
    int64_t magnitude;
    if (pg_decimal_scan(&magnitude, text + negative, end, decimals) == end) {
        *value = negative ? -magnitude : magnitude;
        return PG_OK;
    }
    return parse_slow(value, text, length, decimals);
}

int pg_decimal_need(const char *text, size_t length)
{
    number n;
    if (!read_number(&n, text, text + length))
        return -1;
    return n.scale >= 0 ? 0 : n.scale < -999 ? 1000 : -n.scale;
}

char *pg_decimal_format(char *text, size_t size, int64_t value, int decimals)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t unit = powers[decimals];
    const char *sign = value < 0 ? "-" : "";
    if (decimals == 0)
        snprintf(text, size, "%s%llu", sign, (unsigned long long)magnitude);
    else
        snprintf(text, size, "%s%llu.%0*llu", sign, (unsigned long long)(magnitude / unit), decimals,
                 (unsigned long long)(magnitude % unit));
    return text;
}

char *pg_decimal_format_short(char *text, size_t size, int64_t value, int decimals)
{
    while (decimals > 0 && value % 10 == 0) {
        value /= 10;
        decimals--;
    }
    return pg_decimal_format(text, size, value, decimals);
}
