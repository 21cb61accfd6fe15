/* What Extended allows: a market's precision and limits, rounding to them, and the checks before an order is sent
 * (spec/extended.md, sections 4.1, 10.5, 13). Steps and ticks are used as values, never as counts of decimals: they may be
 * 0.5, 10 or 0.0000005. All arithmetic is exact. */
#ifndef PG_VENUE_EXTENDED_RULES_H
#define PG_VENUE_EXTENDED_RULES_H

#include "crypto/stark_field.h"
#include "venue/extended/rules_exact.h"

typedef enum { PG_EXTENDED_BUY, PG_EXTENDED_SELL } pg_extended_side;
typedef enum { PG_EXTENDED_LIMIT, PG_EXTENDED_MARKET, PG_EXTENDED_CONDITIONAL, PG_EXTENDED_TPSL } pg_extended_type;

/* The exchange's codes that a local check answers with (section 2.1); 0: nothing is wrong. */
typedef enum {
    PG_EXTENDED_OK = 0,
    PG_EXTENDED_BELOW_MIN_SIZE = 1120,
    PG_EXTENDED_OFF_STEP = 1121,
    PG_EXTENDED_ABOVE_MAX_VALUE = 1122,
    PG_EXTENDED_OFF_TICK = 1124,
    PG_EXTENDED_BAD_EXPIRY = 1135,
    PG_EXTENDED_BAD_PRICE = 1141 /* not positive, or outside the price band */
} pg_extended_code;

enum { PG_EXTENDED_NAME = 48 };

/* From GET /info/markets: tradingConfig and l2Config. */
typedef struct {
    char name[PG_EXTENDED_NAME];
    pg_exact min_size, size_step, price_tick;
    pg_exact price_cap, price_floor; /* ratios of the mark price */
    pg_exact max_limit_value, max_market_value;
    pg_felt synthetic_id, collateral_id;
    uint64_t synthetic_resolution, collateral_resolution; /* units per 1.0 */
} pg_extended_market;

/* The integers that are signed (section 10.5). */
typedef struct {
    int64_t base, quote; /* BUY: base > 0, quote < 0; SELL: the other way round */
    uint64_t fee;
    uint64_t expiration_s;
} pg_extended_amounts;

/* A short name of a code for messages ("below the minimum size"). */
const char *pg_extended_code_name(pg_extended_code code);

/* Checks an order against its market. mark: the mark price, or for conditional orders and legs the trigger price. Only
 * MARKET has the fixed band of 5%; the others use the market's cap (BUY) or floor (SELL). In the order of section 13.2:
 * minimum size, step, positive price, tick, value, band. */
pg_extended_code pg_extended_check(const pg_extended_market *market, pg_extended_type type, pg_extended_side side,
                                   const pg_exact *price, const pg_exact *quantity, const pg_exact *mark);

/* The expiry against the exchange's clock: after now, and at most 90 days (mainnet) or 28 days (testnet) ahead. */
pg_extended_code pg_extended_check_expiry(uint64_t expiry_ms, uint64_t now_ms, bool mainnet);

/* A price to the tick: passive quotes away from the other side (BUY down, SELL up), aggressive ones towards it.
 * PG_ERR_INVALID for a tick that is not positive. */
pg_status pg_extended_round_price(pg_exact *r, const pg_exact *price, const pg_extended_market *market,
                                  pg_extended_side side, bool aggressive);

/* A quantity to the step, always down. It may come out as 0 or below the minimum size: then do not trade. */
pg_status pg_extended_round_quantity(pg_exact *r, const pg_exact *quantity, const pg_extended_market *market);

/* The price of a market order (section 6.5): best * (1 ± slippage), BUY up and SELL down to the tick, at least one tick,
 * and within 5% of the mark price (which it then is rounded into). PG_ERR_RANGE when no tick lies there. */
pg_status pg_extended_market_price(pg_exact *r, const pg_exact *best, const pg_exact *slippage, const pg_exact *mark,
                                   const pg_extended_market *market, pg_extended_side side);

/* Scales what a human ordered to what is signed. The user signs the worst case: base and quote rounded up for BUY and
 * down for SELL in magnitude, the fee, (fee_rate + builder_fee) of the unrounded value, always up. builder_fee may be
 * NULL. The expiration is the expiry in whole seconds, rounded up, and 14 days.
 * Refused: PG_ERR_INVALID for a quantity or price that is not positive, negative fees, a resolution or expiry of 0, an
 * amount that rounds to 0, a fee that is not below the quote amount; PG_ERR_RANGE for what does not fit 64 bits. */
pg_status pg_extended_scale(pg_extended_amounts *r, pg_extended_side side, const pg_exact *quantity,
                            const pg_exact *price, const pg_exact *fee_rate, const pg_exact *builder_fee,
                            uint64_t synthetic_resolution, uint64_t collateral_resolution, uint64_t expiry_ms,
                            pg_error *err);

#endif
