/* Imbalances of the book and of the flow of trades, in [-1, 1], positive = buying pressure; the weighted mid. */
#ifndef PG_KERNELS_IMBALANCE_H
#define PG_KERNELS_IMBALANCE_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* (sum of bid sizes - sum of ask sizes)/(sum of both) over the best `levels` (5). Total below 1e-9: too_few_points. */
pg_kstatus pg_imbalance_book(double *imbalance, const double *bid_sz, size_t nb, const double *ask_sz, size_t na,
                             size_t levels);

/* (bid * ask size + ask * bid size)/(bid size + ask size), USD. One-sided or empty: too_few_points. */
pg_kstatus pg_weighted_mid(double *mid, double bid, double bid_sz, double ask, double ask_sz);

/* Flow: (buys - sells)/total taker volume over a window (1 s), then EWMA (alpha 0.1) a trade; without a trade in the
 * window it fades to 0 by time. Set the settings and rings, zero the rest. Amortised O(1). */
typedef struct {
    double window_s, half_life_s, alpha;
    double *ring_s, *ring_signed; /* rings of `capacity`: time, size with the sign of the taker */
    int64_t capacity, head, count, n_overwritten, n;
    double buys, sells;
    double value, last_s;
} pg_flow_imbalance;

/* side +1 taker buy, -1 taker sell; size > 0; times must not run backwards. */
pg_kstatus pg_flow_imbalance_trade(pg_flow_imbalance *flow, double time_s, int side, double size);

/* PG_K_WARMUP before the first trade. */
pg_kstatus pg_flow_imbalance_read(double *imbalance, const pg_flow_imbalance *flow, double time_s);

#endif
