/* Microprice of Stoikov (2018): the limit of the expected mid given imbalance and spread, from best-level data.
 *
 * State (imbalance decile, spread in ticks 1..spreads), imbalance = bid size/(bid + ask size). From transitions,
 * symmetrised by (I, S, dM) -> (1-I, S, -dM): Q no mid change, R1 mid changes of -2..2 half-ticks (larger ones count
 * as 2), R2 mid changes to a new state. G1 = (1-Q)^-1 R1 k, B = (1-Q)^-1 R2, adjustment = sum_{j<=6} B^j G1. */
#ifndef PG_KERNELS_MICROPRICE_STOIKOV_H
#define PG_KERNELS_MICROPRICE_STOIKOV_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

enum { PG_STOIKOV_DECILES = 10, PG_STOIKOV_MAX_SPREADS = 5 };

typedef struct {
    int64_t spreads; /* states are 10 * spreads */
    double tick;
    int64_t n_changes, n_unvisited;
    double adjustment[50]; /* USD, by spread then decile; 0 where never visited */
    int64_t visits[50];
} pg_stoikov;

/* bid, ask, bid_sz, ask_sz: n consecutive best-level updates. Fewer than 10,000 changes of state or mid:
 * too_few_points; a state that never leaves (singular system): degenerate_x. Allocates O((10 spreads)^2) inside and
 * frees it. O(n + states^3). */
pg_kstatus pg_stoikov_fit(pg_stoikov *out, const double *bid, const double *bid_sz, const double *ask,
                          const double *ask_sz, size_t n, double tick, int64_t spreads);

/* mid + adjustment of the state; spreads beyond the table use its last row. */
pg_kstatus pg_stoikov_price(double *microprice, const pg_stoikov *table, double bid, double bid_sz, double ask,
                            double ask_sz);

#endif
