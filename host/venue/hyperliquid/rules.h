/* Which prices, sizes and values Hyperliquid takes, and the nearest ones that it does.
 *
 * A price is valid when it is positive and either whole, or has at most 5 significant figures and at most
 * MAX - szDecimals decimals, MAX 6 for perpetuals and 8 for spot. A size is valid when it is positive and has at most
 * szDecimals decimals. An order is worth 10 of the quote token at least (hyperliquid.md 5). */
#ifndef PG_VENUE_HYPERLIQUID_RULES_H
#define PG_VENUE_HYPERLIQUID_RULES_H

#include <stdbool.h>

#include "base/status.h"
#include "venue/hyperliquid/number.h"

enum { PG_HL_FIGURES = 5, PG_HL_PERP_DECIMALS = 6, PG_HL_SPOT_DECIMALS = 8, PG_HL_MIN_NOTIONAL = 10 };

typedef enum { PG_HL_PERP, PG_HL_SPOT } pg_hl_market;

typedef enum {
    PG_HL_VALID,
    PG_HL_NOT_A_NUMBER,
    PG_HL_NOT_POSITIVE, /* a price */
    PG_HL_ZERO,         /* a size */
    PG_HL_NEGATIVE,     /* a size */
    PG_HL_TOO_MANY_DECIMALS,
    PG_HL_TOO_MANY_FIGURES
} pg_hl_verdict;

/* "too_many_decimals" and the like; "valid". */
const char *pg_hl_verdict_name(pg_hl_verdict verdict);

/* Whether a price may be sent; when it may, wire[PG_HL_NUMBER_TEXT] gets its canonical text. */
pg_hl_verdict pg_hl_price_check(char *wire, const char *price, pg_hl_market market, int size_decimals);
pg_hl_verdict pg_hl_size_check(char *wire, const char *size, int size_decimals);

/* The valid price next to a price, in one rounding: down for a buy that must not pay more, up for a sell.
 * Errors: PG_ERR_PARSE, PG_ERR_RANGE for a price that is not positive, before or after. */
pg_status pg_hl_price_round(char *wire, const char *price, pg_hl_market market, int size_decimals, pg_hl_rounding mode,
                            pg_error *err);

/* The size cut off behind szDecimals: sizes only ever go down. PG_ERR_RANGE when nothing is left. */
pg_status pg_hl_size_round(char *wire, const char *size, int size_decimals, pg_error *err);

/* price * size, exactly, as canonical text; *enough tells whether it reaches PG_HL_MIN_NOTIONAL. Errors: PG_ERR_PARSE,
 * PG_ERR_RANGE for a product of more than PG_HL_DIGITS digits on either side of the point. */
pg_status pg_hl_notional(char *wire, bool *enough, const char *price, const char *size, pg_error *err);

/* All of it for an order, with the reason and what to do in *err: PG_ERR_PARSE, PG_ERR_RANGE or PG_OK. A reduce-only
 * order may be worth less than the minimum, and "0" is a size when whole_position is set (positionTpsl). */
pg_status pg_hl_order_check(const char *price, const char *size, pg_hl_market market, int size_decimals,
                            bool reduce_only, bool whole_position, pg_error *err);

#endif
