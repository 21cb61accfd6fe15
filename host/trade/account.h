/* The account of one market: position, equity, drawdown and where the profit came from.
 *
 * Everything is exact: amounts are integers, doubled where a mid price enters (mark_x2). quant.md 8.1 to 8.3:
 *   realised + unrealised = spread capture + inventory      (identity, holds to the unit)
 * Spread capture of a fill is the distance of its price from the mid at that moment; inventory is position times each
 * change of the mid. */
#ifndef PG_TRADE_ACCOUNT_H
#define PG_TRADE_ACCOUNT_H

#include <stdbool.h>

#include "trade/position.h"

typedef struct {
    pg_position position;
    int64_t mark_x2;  /* bid + ask; 0 before the first two-sided book */
    pg_money capital; /* equity at the start */
    pg_money spread_x2;
    pg_money inventory_x2;
    pg_money net_x2;         /* at the last mark */
    pg_money peak_x2;        /* highest net so far, at least 0: the kill switch's peak */
    pg_money drawdown_x2;    /* largest peak - net */
    double drawdown_equity;  /* largest (peak equity - equity) / peak equity */
    int64_t max_quantity;    /* largest absolute position */
    double quantity_seconds; /* integral of |position| over time, size units * s */
    double seconds;          /* over this time */
    int64_t since_ns;
    uint64_t fills, maker_fills;
    int64_t bought, sold; /* size units */
} pg_account;

void pg_account_init(pg_account *account, pg_money capital);

/* The mid changed (or time passed): mark_x2 = bid + ask. */
void pg_account_mark(pg_account *account, int64_t mark_x2, int64_t now_ns);

void pg_account_fill(pg_account *account, int side, int64_t price, int64_t size, pg_money fee, bool maker,
                     int64_t now_ns);

/* Settles funding at a mark price and a rate in 1e-12. */
void pg_account_fund(pg_account *account, int64_t mark, int64_t rate_e12);

#endif
