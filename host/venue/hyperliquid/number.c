#include "venue/hyperliquid/number.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Leading and trailing zeros go; of a zero the sign too. */
static void normalize(pg_hl_number *number)
{
    int zeros = 0;

    while (number->count > 0 && number->digits[number->count - 1] == 0)
        number->count--;
    while (zeros < number->count && number->digits[zeros] == 0)
        zeros++;
    memmove(number->digits, number->digits + zeros, (size_t)(number->count - zeros));
    number->count -= zeros;
    number->point -= zeros;
    if (number->count == 0) {
        number->point = 0;
        number->negative = false;
    }
}

/* An exponent with its letter; false when it is none. Large ones are cut off at a value out of every range. */
static bool read_exponent(int *exponent, const char *at, const char *end)
{
    bool negative = false;

    at++;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (at == end)
        return false;
    *exponent = 0;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        if (*exponent < 100000)
            *exponent = 10 * *exponent + (*at - '0');
    }
    if (negative)
        *exponent = -*exponent;
    return true;
}

pg_status pg_hl_number_parse(pg_hl_number *number, const char *text, size_t length)
{
    const char *at = text, *end = text + length;
    bool seen_point = false, seen_digit = false, too_long = false;
    int exponent = 0;

    *number = (pg_hl_number){ 0 };
    if (at < end && (*at == '+' || *at == '-'))
        number->negative = *at++ == '-';
    for (; at < end && (is_digit(*at) || (*at == '.' && !seen_point)); at++) {
        if (*at == '.') {
            seen_point = true;
            continue;
        }
        seen_digit = true;
        if (number->count == 0 && *at == '0') { /* leading zeros take no room */
            number->point -= seen_point;
            continue;
        }
        number->point += !seen_point;
        if (number->count < PG_HL_DIGITS)
            number->digits[number->count++] = (char)(*at - '0');
        else
            too_long = too_long || *at != '0';
    }
    if (!seen_digit)
        return PG_ERR_PARSE;
    if (at < end && ((*at != 'e' && *at != 'E') || !read_exponent(&exponent, at, end)))
        return PG_ERR_PARSE;
    number->point += exponent;
    normalize(number);
    if (too_long || number->point > PG_HL_DIGITS || number->count - number->point > PG_HL_DIGITS)
        return PG_ERR_RANGE;
    return PG_OK;
}

char *pg_hl_number_format(char *text, const pg_hl_number *number)
{
    int n = 0, whole = number->point > 0 ? number->point : 0;

    if (number->negative)
        text[n++] = '-';
    if (whole == 0)
        text[n++] = '0';
    for (int i = 0; i < whole; i++)
        text[n++] = (char)('0' + (i < number->count ? number->digits[i] : 0));
    if (number->count > number->point) {
        text[n++] = '.';
        for (int i = number->point; i < number->count; i++)
            text[n++] = (char)('0' + (i >= 0 ? number->digits[i] : 0));
    }
    text[n] = '\0';
    return text;
}

int pg_hl_number_decimals(const pg_hl_number *number)
{
    return number->count > number->point ? number->count - number->point : 0;
}

void pg_hl_number_round(pg_hl_number *number, int decimals, pg_hl_rounding mode)
{
    int keep = number->point + decimals; /* digits that stay; below 0 the first one is far behind the last place */

    if (keep >= number->count)
        return;
    bool away = mode == PG_HL_UP || (mode == PG_HL_NEAREST && keep >= 0 && number->digits[keep] >= 5);
    number->count = keep > 0 ? keep : 0;
    if (away && keep <= 0) { /* one unit of the last place */
        number->digits[0] = 1;
        number->count = 1;
        number->point = 1 - decimals;
    } else if (away) {
        int i = keep - 1;
        while (i >= 0 && number->digits[i] == 9)
            number->digits[i--] = 0;
        if (i >= 0) {
            number->digits[i]++;
        } else { /* all nines: 10...0 */
            number->digits[0] = 1;
            number->count = 1;
            number->point++;
        }
    }
    normalize(number);
}

pg_status pg_hl_wire(char *wire, const char *text, pg_error *err)
{
    pg_hl_number number;
    pg_status status = pg_hl_number_parse(&number, text, strlen(text));

    if (status == PG_ERR_PARSE)
        return pg_fail(err, status, "'%.64s' is no decimal number", text);
    if (status == PG_ERR_RANGE)
        return pg_fail(err, status, "'%.64s' has too many digits", text);
    if (pg_hl_number_decimals(&number) > PG_HL_WIRE_DECIMALS)
        return pg_fail(err, PG_ERR_RANGE, "'%.64s' has more than %d decimals", text, PG_HL_WIRE_DECIMALS);
    pg_hl_number_format(wire, &number);
    return PG_OK;
}
