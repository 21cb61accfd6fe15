/* Profit and loss by average cost, and its attribution to what earned it.
 *
 * Position in base units, cash in USD, fees > 0 a cost (rebates negative), funding > 0 received. Identities:
 *   realised + unrealised - fees + funding = cash flow + position * mark
 *   realised + unrealised = spread capture + inventory.
 * Events of one time stamp are taken in the order market data, own fill, funding. Cost O(1) an event. */
#ifndef PG_KERNELS_PNL_H
#define PG_KERNELS_PNL_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* Zero-initialise. */
typedef struct {
    double position, cost; /* signed base units; average cost, USD */
    double realised, fees, funding;
    double cash;     /* all flows: -price * signed size - fees + funding */
    double turnover; /* sum of price * size */
    int64_t n_fills;
    double spread_capture; /* sum side (mid - price) size, mid at the fill */
    double inventory;      /* sum position * mid change */
    double last_mid;       /* 0: none yet */
} pg_pnl;

/* A new mid: books the inventory result since the last one. mid <= 0 or non-finite: bad_input. */
pg_kstatus pg_pnl_mid(pg_pnl *pnl, double mid);

/* An own fill, side +1 buy, -1 sell, with the mid in force (books the mid first). size > 0. */
pg_kstatus pg_pnl_fill(pg_pnl *pnl, int side, double price, double size, double fee, double mid);

pg_kstatus pg_pnl_funding(pg_pnl *pnl, double received);

/* position (mark - cost), and realised + unrealised - fees + funding. */
double pg_pnl_unrealised(const pg_pnl *pnl, double mark);
double pg_pnl_net(const pg_pnl *pnl, double mark);

/* net minus (cash + position * mark): rounding only; checked at each report (1e-9 relative). */
double pg_pnl_gap(const pg_pnl *pnl, double mark);

/* Adverse selection of past fills over a horizon: cost = sum -side (mid(t + h) - mid_fill) size, mid(t + h) the last
 * mark at or before t + h. Fills whose horizon ends after the last mark are unresolved and left out. */
typedef struct {
    double cost; /* USD, positive = a cost; inventory without it is inventory + cost */
    int64_t resolved, unresolved;
} pg_adverse;

/* Times in ms, both series sorted by time (else bad_input). O(fills log marks). */
pg_kstatus pg_adverse_compute(pg_adverse *out, const int64_t *fill_ms, const int8_t *side, const double *fill_mid,
                              const double *size, size_t n_fills, const int64_t *mark_ms, const double *mark,
                              size_t n_marks, int64_t horizon_ms);

#endif
