/* The synthetic market: a reproducible stream of market-data events of one instrument, for tests and first backtests.
 *
 * Three parts drive a real limit order book (trades consume what rests, levels follow, it is never crossed):
 *
 * - An efficient price moves in steps of step_s: Student-t innovations (fat tails), log-Ornstein-Uhlenbeck stochastic
 *   volatility (clusters), and rare normal jumps. Its total annualised volatility is `volatility`.
 * - Market orders are a bivariate Hawkes process with exponential kernel (Hawkes 1971; simulated by Ogata's thinning,
 *   1981): each order raises the intensity of its own side by n_self * decay and of the other side by n_cross * decay.
 *   Takers know the efficient price one step before the makers do and lean to its side by `information`: so makers
 *   are adversely selected. Sizes are Pareto with tail index size_tail.
 * - Makers quote around the efficient price they know, `spread` ticks wide on average: stale quotes are pulled, the touch
 *   is re-quoted, and limit orders and cancellations at distances from the touch keep each level around its target
 *   size (zero intelligence with a target, in the spirit of the queue-reactive model of Huang, Lehalle and Rosenbaum
 *   2015), at the rate that gives `order_to_trade` changes of a level for each market order.
 *
 * Exchange times are exact; local times add a lognormal feed latency and never go back. Same parameters and seed: same
 * bytes. Cost: 0.3 us an event. */
#ifndef PG_SIM_SYNTHETIC_H
#define PG_SIM_SYNTHETIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "data/tape.h"

/* All numeric parameters are doubles, so that one table (pg_synthetic_fields) describes them for the command line. */
typedef struct {
    double hours;           /* length; 1 */
    double price;           /* first price, quote units; 4000 */
    double tick;            /* price step, quote units; 0.1 */
    double lot;             /* size step, base units; 0.001 */
    double volatility;      /* annualised (365 days), of log returns; 0.6 */
    double tail;            /* degrees of freedom of the Student-t innovations; 4 */
    double vol_of_vol;      /* standard deviation of the log volatility; 0.35 */
    double vol_reversion_s; /* its mean reversion time; 600 */
    double jumps_per_hour;  /* 2 */
    double jump_bps;        /* standard deviation of a jump; 6 */
    double step_s;          /* time step of the efficient price; 0.25 */
    double spread;          /* mean spread, ticks; 1.6 */
    double depth;           /* mean size of a level away from the touch, base units; 20 */
    double levels;          /* levels a side; 25 */
    double orders_per_s;    /* market orders; 2 */
    double n_self;          /* Hawkes: children of the own side for each order; 0.4 */
    double n_cross;         /* children of the other side; 0.15. Branching ratio n_self + n_cross < 1 */
    double decay;           /* 1/s; 2 */
    double information;     /* how far takers lean to the efficient price, 0 to 1; 0.6 */
    double order_size;      /* mean size of a market order, base units; 1.5 */
    double size_tail;       /* Pareto tail index of order sizes; 2.3 */
    double order_to_trade;  /* changes of levels for each market order; 20 */
    double latency_ms;      /* median feed latency; 20 */
    double latency_spread;  /* standard deviation of its logarithm; 0.4 */
    double mark_s;          /* interval of mark prices, 0: none; 3 */
    double funding_hours;   /* interval of funding, 0: none; 1 */
    double funding_bps;     /* standard deviation of a funding rate; 0.1 */
    char venue[PG_SYMBOL_SIZE];
    char symbol[PG_SYMBOL_SIZE];
    int64_t start_ns; /* exchange time of the first event; 2025-01-01T00:00:00Z */
} pg_synthetic_params;

/* One numeric parameter: its name (also the option, with '-' for '_'), place, default, bounds, unit and meaning. */
typedef struct {
    const char *name;
    size_t offset;
    double normal, low, high;
    const char *unit;
    const char *text;
} pg_synthetic_field;

const pg_synthetic_field *pg_synthetic_fields(int *n);

/* Sets all defaults: one hour of an ETH-like perpetual, about 200,000 events. */
void pg_synthetic_init(pg_synthetic_params *params);

/* Takes the events of a moment; an error ends the generation. */
typedef pg_status (*pg_synthetic_sink)(void *context, const pg_event *events, size_t n, pg_error *err);

/* Instrument and tape description that belong to params. Errors: PG_ERR_INVALID for parameters out of bounds, or that do
 * not go together (branching ratio, price below 3000 ticks, tick or lot that is no decimal of at most 12 places). */
pg_status pg_synthetic_describe(pg_tape_info *info, const pg_synthetic_params *params, uint64_t seed, pg_error *err);

/* Generates the market. progress (may be NULL) is called with the exchange time passed and the length, ns. */
pg_status pg_synthetic_generate(const pg_synthetic_params *params, uint64_t seed, pg_synthetic_sink sink, void *context,
                                void (*progress)(void *context, uint64_t done, uint64_t total), void *progress_context,
                                pg_error *err);

/* ---- the same, moment by moment: a live market ---- */

typedef struct pg_synthetic pg_synthetic;

/* params are copied; their length is of no meaning here: the market goes on. */
pg_status pg_synthetic_open(pg_synthetic **synthetic, const pg_synthetic_params *params, uint64_t seed, pg_error *err);
void pg_synthetic_close(pg_synthetic *synthetic);

/* Hands over what happens at the next moment (first: the book as a snapshot; often nothing). An error is final. */
pg_status pg_synthetic_next(pg_synthetic *synthetic, pg_synthetic_sink sink, void *context, pg_error *err);

/* Exchange time of the last moment. */
int64_t pg_synthetic_time(const pg_synthetic *synthetic);

#endif
