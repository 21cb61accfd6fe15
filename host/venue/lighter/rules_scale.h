/* Decimal text to the integers of Lighter's transactions and back, exactly (specification, section 5.1). */
#ifndef PG_VENUE_LIGHTER_RULES_SCALE_H
#define PG_VENUE_LIGHTER_RULES_SCALE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    PG_LIGHTER_EXACT, /* more decimals than there are: refused */
    PG_LIGHTER_DOWN,  /* sizes and bid prices */
    PG_LIGHTER_UP     /* ask prices */
} pg_lighter_rounding;

/* text (a plain non-negative decimal number) times 10^decimals, decimals 0 to 18. PG_ERR_PARSE for what is no such
 * number, PG_ERR_RANGE for what does not fit, or is not exact and must be. *value is written on PG_OK only. */
pg_status pg_lighter_scale(int64_t *value, const char *text, int decimals, pg_lighter_rounding rounding, pg_error *err);

/* Size times price in units of 10^-6 of the quote asset. PG_ERR_RANGE for negative numbers, decimals outside 0 to 18
 * and notionals above the venue's limit of 2^48 - 1. */
pg_status pg_lighter_notional(int64_t *micro, int64_t base_amount, int64_t price, int64_t quote_multiplier,
                              int size_decimals, int price_decimals, pg_error *err);

/* 10000 / leverage rounded up, so that the leverage is never above the request. PG_ERR_RANGE for leverages below 1 or
 * above 10000. */
pg_status pg_lighter_margin_fraction(int64_t *fraction, double leverage, pg_error *err);

#endif
