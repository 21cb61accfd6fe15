/* The statistics that the synthetic market is made to have, measured on any stream of events: for `perigee data
 * generate`, which prints them beside the intended ones, and for its test. */
#ifndef PG_SIM_SYNTHETIC_STATS_H
#define PG_SIM_SYNTHETIC_STATS_H

#include "data/tape.h"

typedef struct {
    double seconds;
    double volatility;        /* annualised (365 days), of log returns of the mid over 60 s */
    double kurtosis;          /* of log returns of the mid over 10 s; 3 for a normal distribution */
    double mean_spread_ticks; /* weighted by time */
    double orders_per_s;      /* market orders: prints of one time and side are one order */
    double branching;         /* Hawkes branching ratio: 1 - 1/sqrt(variance/mean of the orders in 60 s) */
    double size_tail;         /* Hill estimator (1975) on the largest 5 % of market orders */
    double order_to_trade;    /* changes of levels for each market order */
    double buy_share;         /* of the market orders */
    double touch_size;        /* mean size at the touch, base units, weighted by time */
} pg_synthetic_stats;

/* Reads n events. NaN for what too few events tell (under 10 minutes, under 200 orders). PG_ERR_MEMORY. */
pg_status pg_synthetic_measure(pg_synthetic_stats *stats, const pg_event *events, size_t n,
                               const pg_instrument *instrument, pg_error *err);

#endif
