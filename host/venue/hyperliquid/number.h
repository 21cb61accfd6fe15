/* Decimal numbers as their digits: exact, of any size that the venue's texts have, never in binary floating point.
 *
 * The canonical ("wire") text of the venue: plain digits, no exponent, no plus sign, no leading zeros but one before
 * the point, no trailing zeros behind it, "-0" is "0". The venue hashes that text whatever was sent, so that any other
 * form of the same number gives a signature by a stranger. */
#ifndef PG_VENUE_HYPERLIQUID_NUMBER_H
#define PG_VENUE_HYPERLIQUID_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum {
    PG_HL_DIGITS = 64,       /* significant digits, and the largest power of ten either way */
    PG_HL_NUMBER_TEXT = 160, /* bytes of any canonical text */
    PG_HL_WIRE_DECIMALS = 8  /* more exist nowhere on the wire */
};

/* 0.d1 d2 ... dn * 10^point with d1 and dn not 0; zero has no digits. */
typedef struct {
    bool negative;
    int count, point;
    char digits[PG_HL_DIGITS]; /* values 0..9 */
} pg_hl_number;

typedef enum { PG_HL_DOWN, PG_HL_UP, PG_HL_NEAREST } pg_hl_rounding; /* toward zero, away from it, half away */

/* Reads all of text[length]: sign, digits with an optional point, exponent. Errors: PG_ERR_PARSE for what is no decimal
 * number, PG_ERR_RANGE for more digits than PG_HL_DIGITS on either side of the point. */
pg_status pg_hl_number_parse(pg_hl_number *number, const char *text, size_t length);

/* Canonical text into text[PG_HL_NUMBER_TEXT]; returns text. */
char *pg_hl_number_format(char *text, const pg_hl_number *number);

/* Digits that the canonical text has behind the point. */
int pg_hl_number_decimals(const pg_hl_number *number);

/* Rounds to `decimals` (0 or more) digits behind the point. */
void pg_hl_number_round(pg_hl_number *number, int decimals, pg_hl_rounding mode);

/* Canonical text of a number's text into wire[PG_HL_NUMBER_TEXT]. Errors: PG_ERR_PARSE, PG_ERR_RANGE (too large, or
 * more than PG_HL_WIRE_DECIMALS decimals). */
pg_status pg_hl_wire(char *wire, const char *text, pg_error *err);

#endif
