/* Decimal numbers in text to and from integers, exactly: no binary floating point and no locale on the way.
 *
 * A number with `decimals` decimals is an int64 that counts units of 10^-decimals: "109755.5" with 2 decimals is
 * 10975550. What does not fit, or has more significant decimals than asked for, is refused, never rounded. */
#ifndef PG_BASE_DECIMAL_H
#define PG_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { PG_DECIMAL_MAX = 18, PG_DECIMAL_TEXT = 32 };

/* Parses all of text[length]: optional sign, digits with an optional point, optional exponent ("1e-05").
 * Results: PG_OK; PG_ERR_PARSE for what is no decimal number (empty, "nan", blanks, trailing characters);
 * PG_ERR_RANGE when it needs more decimals than `decimals` (0..18; see pg_decimal_need) or does not fit.
 * *value is written on PG_OK only. There is no pg_error: it is the hot path of an import, whose caller knows the
 * place. About 10 ns for a price. */
pg_status pg_decimal_parse(int64_t *value, const char *text, size_t length, int decimals);

/* The same for the longest plain number (digits and a point, at most 19 digits, no sign or exponent) that begins at
 * text and ends before `end`. Returns its end, or NULL when there is none or it needs pg_decimal_parse to judge it. */
const char *pg_decimal_scan(int64_t *value, const char *text, const char *end, int decimals);

/* How many decimals a number needs when trailing zeros are trimmed: "1.500" 1, "1e-05" 5, "3e2" 0.
 * -1 for what is no decimal number, 1000 for more than 999. */
int pg_decimal_need(const char *text, size_t length);

/* Writes value as text with exactly `decimals` decimals (0..18): "-0.05". Always terminated; returns text.
 * PG_DECIMAL_TEXT bytes hold any value. */
char *pg_decimal_format(char *text, size_t size, int64_t value, int decimals);

/* The same without trailing zeros after the point: "1.5", "100". */
char *pg_decimal_format_short(char *text, size_t size, int64_t value, int decimals);

#endif
