#include "venue/extended/codec_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/decimal.h"

enum { DIGITS = 38 };

bool pg_extended_is_decimal(const char *text, size_t size)
{
    size_t i = size > 0 && text[0] == '-', first = i, digits = 0;
    while (i < size && text[i] >= '0' && text[i] <= '9')
        i++, digits++;
    if (i == first)
        return false;
    if (i < size && text[i] == '.') {
        size_t point = ++i;
        while (i < size && text[i] >= '0' && text[i] <= '9')
            i++, digits++;
        if (i == point)
            return false;
    }
    return i == size && digits <= DIGITS;
}

bool pg_extended_scan_json(pg_scan *reader, pg_span *text)
{
    const char *place = NULL;
    if (!pg_scan_skip_from(reader, &place))
        return false;
    *text = (pg_span){ place, (size_t)(reader->at - place) };
    return true;
}

/* The text of a string or of a number. */
static bool scan_number(pg_scan *reader, const char *name, pg_span *text)
{
    char c = pg_scan_peek(reader);
    if (c == '"')
        return pg_scan_string(reader, text);
    if (c != '-' && (c < '0' || c > '9'))
        return pg_scan_wrong(reader, PG_ERR_PARSE, "%s is no number", name);
    return pg_extended_scan_json(reader, text);
}

bool pg_extended_scan_decimal(pg_scan *reader, const char *name, pg_span *text)
{
    if (!scan_number(reader, name, text))
        return false;
    return pg_extended_is_decimal(text->data, text->size) ||
           pg_scan_wrong(reader, PG_ERR_PARSE, "%s '%.*s' is no decimal number of %d digits at the most", name,
                         (int)(text->size < 48 ? text->size : 48), text->data, DIGITS);
}

bool pg_extended_scan_id(pg_scan *reader, const char *name, uint64_t *id)
{
    pg_span text;
    uint64_t value = 0;
    if (!scan_number(reader, name, &text))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned char)text.data[i] - '0';
        if (digit > 9)
            return pg_scan_wrong(reader, PG_ERR_PARSE, "%s is no whole number", name);
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value))
            return pg_scan_wrong(reader, PG_ERR_RANGE, "%s is 2^64 or more", name);
    }
    *id = value;
    return text.size > 0 || pg_scan_wrong(reader, PG_ERR_PARSE, "%s is empty", name);
}

bool pg_extended_scan_time(pg_scan *reader, const char *name, int64_t *ms)
{
    uint64_t value = 0;
    if (!pg_extended_scan_id(reader, name, &value))
        return false;
    if (value > INT64_MAX / 1000000)
        return pg_scan_wrong(reader, PG_ERR_RANGE, "%s is a time that is too large", name);
    *ms = (int64_t)value;
    return true;
}

pg_status pg_extended_units(int64_t *value, pg_span text, int decimals)
{
    if (!text.data || !pg_extended_is_decimal(text.data, text.size))
        return PG_ERR_PARSE;
    return pg_decimal_parse(value, text.data, text.size, decimals);
}

pg_status pg_extended_units_near(int64_t *value, pg_span text, int decimals)
{
    pg_status status = pg_extended_units(value, text, decimals);
    const char *point = text.data ? memchr(text.data, '.', text.size) : NULL;
    if (status != PG_ERR_RANGE || !point)
        return status;
    size_t whole = (size_t)(point - text.data) + 1;
    if (text.size - whole <= (size_t)decimals) /* it is too large, not too fine */
        return status;
    bool negative = text.data[0] == '-', up = point[1 + decimals] >= '5';
    size_t kept = decimals > 0 ? whole + (size_t)decimals : whole - 1;
    status = pg_decimal_parse(value, text.data, kept, decimals);
    if (status == PG_OK && up && __builtin_add_overflow(*value, negative ? -1 : 1, value))
        return PG_ERR_RANGE;
    return status;
}

char *pg_extended_copy(char *out, size_t size, pg_span text)
{
    size_t n = text.size < size ? text.size : size - 1;
    if (n > 0)
        memcpy(out, text.data, n);
    out[n] = '\0';
    return out;
}

pg_status pg_extended_exact(pg_exact *value, pg_span text, pg_error *err)
{
    char copy[64];
    if (!text.data || text.size >= sizeof copy)
        return pg_fail(err, PG_ERR_PARSE, "a number that is missing or too long");
    return pg_exact_parse(value, pg_extended_copy(copy, sizeof copy, text), err);
}

double pg_extended_double(pg_span text)
{
    char copy[64];
    return text.data && pg_extended_is_decimal(text.data, text.size) && text.size < sizeof copy
               ? strtod(pg_extended_copy(copy, sizeof copy, text), NULL)
               : 0;
}

bool pg_extended_is_word(pg_span text, const char *word)
{
    return text.data && text.size == strlen(word) && strncasecmp(text.data, word, text.size) == 0;
}
