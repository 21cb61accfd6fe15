/* Instrument: what is traded, in which units, and which prices and sizes its venue accepts.
 *
 * A price integer p stands for p * 10^-price_decimals quote units; a size integer for s * 10^-size_decimals base units.
 * Money (cash, profit, fees) is counted in units of 10^-(price_decimals + size_decimals) quote units, so that
 * price * size is money without rounding; 128 bits hold any sum (pg_money). */
#ifndef PG_MARKET_INSTRUMENT_H
#define PG_MARKET_INSTRUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"

typedef __int128 pg_money;

enum { PG_SYMBOL_SIZE = 24, PG_MAX_DECIMALS = 12 };

struct pg_instrument;

/* The price rule: the valid price nearest to `price` (integer units) that is not above (PG_BUY) or not below
 * (PG_SELL) it. A buy rounded down and a sell rounded up never pays more than asked. */
typedef int64_t (*pg_price_rule)(const struct pg_instrument *instrument, int64_t price, int side);

typedef struct pg_instrument {
    char venue[PG_SYMBOL_SIZE];
    char symbol[PG_SYMBOL_SIZE];
    int price_decimals;
    int size_decimals;
    int64_t tick;         /* smallest price step, price units; every price of the book is a multiple of it */
    int64_t lot;          /* smallest size step, size units */
    int64_t min_size;     /* smallest order, size units; 0: none */
    int64_t min_notional; /* smallest order value, whole quote units; 0: none */
    int significant;      /* significant figures that a price may have; 0: no such rule. Integers are always allowed */
    pg_price_rule rule;
} pg_instrument;

/* Fills *instrument and picks its price rule: multiples of tick, and at most `significant` figures if that is not 0.
 * Errors: PG_ERR_INVALID for decimals outside 0..12, tick or lot below 1, names too long. */
pg_status pg_instrument_init(pg_instrument *instrument, const char *venue, const char *symbol, int price_decimals,
                             int size_decimals, int64_t tick, int64_t lot, int significant, pg_error *err);

/* Price and size as doubles in quote and base units. */
double pg_price_double(const pg_instrument *instrument, int64_t price);
double pg_size_double(const pg_instrument *instrument, int64_t size);
double pg_money_double(const pg_instrument *instrument, pg_money money);

/* A price in quote units to integer units, by the venue's rule: down for a buy, up for a sell. 1e-9 of a tick absorbs
 * representation error (quant.md 6.10). Returns 0 for a price that is not finite, not positive or out of range. */
int64_t pg_price_round(const pg_instrument *instrument, double price, int side);

/* A size in base units to whole lots, truncated; 0 for what is not finite or not positive. */
int64_t pg_size_truncate(const pg_instrument *instrument, double size);

/* A signed amount of money in quote units to money units, rounded to nearest; false when it does not fit 2^100. */
bool pg_money_from_double(const pg_instrument *instrument, double amount, pg_money *money);

/* 10^n for n in 0..18. */
int64_t pg_pow10(int n);

#endif
