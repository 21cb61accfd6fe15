/* Position at average cost with its cash, in integers: nothing is lost to rounding.
 *
 * Prices and sizes in integer units, amounts in money units (market/instrument.h). A mark price is given doubled
 * (mark_x2), because the mid of two ticks may lie half a unit between them; results with _x2 in their name are doubled
 * amounts. quant.md 8.1. */
#ifndef PG_TRADE_POSITION_H
#define PG_TRADE_POSITION_H

#include <stdint.h>

#include "market/instrument.h"

typedef struct {
    int64_t quantity;  /* signed size units: > 0 long */
    pg_money cost;     /* what the open quantity cost, signed like it */
    pg_money cash;     /* what fills, fees and funding brought in since the start */
    pg_money realised; /* profit of closed quantity, before fees */
    pg_money fees;     /* paid: > 0; rebates lower it */
    pg_money funding;  /* received: > 0 */
    pg_money turnover; /* sum of price * size */
} pg_position;

/* Books a fill of size > 0 at price > 0. Average cost: a reduction realises its share of the cost (truncated towards
 * zero; the remainder stays with the open quantity), a reversal closes first and opens the rest at `price`. */
void pg_position_fill(pg_position *position, int side, int64_t price, int64_t size, pg_money fee);

/* Books funding: `amount` > 0 is received. */
void pg_position_fund(pg_position *position, pg_money amount);

/* Doubled unrealised profit at a doubled mark. */
pg_money pg_position_unrealised_x2(const pg_position *position, int64_t mark_x2);

/* Doubled net profit: 2 (realised - fees + funding) + unrealised. Asserts that it equals 2 cash + quantity * mark,
 * exactly: money is conserved. */
pg_money pg_position_net_x2(const pg_position *position, int64_t mark_x2);

/* Fee on a notional at a rate in 1e-8 (15000 = 1.5 bps; negative: a rebate), rounded half away from zero. */
pg_money pg_fee(pg_money notional, int64_t rate_e8);

/* Funding received on a quantity at a mark price and a rate in 1e-12 (positive rate: longs pay), same rounding. */
pg_money pg_funding(int64_t quantity, int64_t mark, int64_t rate_e12);

#endif
