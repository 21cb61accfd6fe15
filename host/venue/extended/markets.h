/* Extended's markets, from GET /info/markets to the rules that orders are checked and signed by, and to the instrument
 * that the host trades (spec/extended.md, section 4.1). */
#ifndef PG_VENUE_EXTENDED_MARKETS_H
#define PG_VENUE_EXTENDED_MARKETS_H

#include "market/instrument.h"
#include "venue/extended/codec_record.h"
#include "venue/extended/rules.h"

typedef enum {
    PG_EXTENDED_ACTIVE,
    PG_EXTENDED_ONLY_REDUCE, /* orders that reduce a position are taken */
    PG_EXTENDED_CLOSED       /* no orders: delisted, not listed yet, disabled, not active */
} pg_extended_market_status;

typedef struct {
    pg_extended_market rules;
    pg_extended_market_status status;
    int max_orders, max_leverage; /* 0: not told */
} pg_extended_listing;

/* Reads a market with its settings. Errors: PG_ERR_PARSE, PG_ERR_RANGE for what is missing or cannot be; PG_ERR_UNSUPPORTED
 * for spot and RFQ markets. */
pg_status pg_extended_listing_read(pg_extended_listing *listing, const pg_extended_market_record *record,
                                   pg_error *err);

/* Prices have the tick's decimals or more, so that money is counted in 1e-6 of the collateral or finer, as the venue
 * does. PG_ERR_RANGE for ticks and steps that do not fit, PG_ERR_INVALID for a name that is too long. */
pg_status pg_extended_listing_instrument(pg_instrument *instrument, const pg_extended_listing *listing, pg_error *err);

/* Whether orders are signed and rounded in the same way by both. */
bool pg_extended_listing_same(const pg_extended_listing *a, const pg_extended_listing *b);

#endif
