/* Virtual quoting: how fast orders at a grid of distances would have been filled, and the kappa and A they imply.
 *
 * At each start time a virtual order is placed at each distance; it fills at the first trade of the proper side at or
 * through its price at which the volume traded there since the start reaches queue + own size; what is not filled
 * within the lifetime is censored. Default rate: the exponential MLE under right censoring,
 * lambda = fills / (sum of fill times + censored * lifetime). Times in seconds, prices USD, sizes base units. */
#ifndef PG_KERNELS_VIRTUAL_QUOTING_H
#define PG_KERNELS_VIRTUAL_QUOTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* Public trades in time order; side +1 taker buy (fills our asks), -1 taker sell (fills our bids). */
typedef struct {
    const double *time_s, *price, *size;
    const int8_t *side;
    size_t n;
} pg_virtual_trades;

typedef struct {
    double distance;
    int64_t fills, censored;
    double fill_time_s; /* sum over the filled */
    double exposure_s;  /* fill times plus lifetimes of the censored */
} pg_virtual_level;

typedef struct {
    double lifetime_s;
    double queue;    /* size ahead of us where queue_ahead is NULL */
    double own_size; /* 0 with queue 0: any trade at or beyond the price fills */
    double tick;     /* > 0: bid prices rounded down, asks up; 0: not rounded */
} pg_virtual_options;

/* The grid of the spec: lo = lo_ticks * tick to hi = hi_fraction * mid, linear, or logarithmic if log_spacing.
 * lo >= hi or n < 2: bad_input. */
pg_kstatus pg_virtual_grid(double *grid, size_t n, double mid, double tick, double lo_ticks, double hi_fraction,
                           bool log_spacing);

/* Adds the outcomes of orders on one side (+1 our asks, -1 our bids) placed at start_s[k] around mid[k] to levels[],
 * whose distances must be increasing. queue_ahead, if not NULL, is [n_starts x n_levels] displayed sizes at the
 * rounded prices. work: 2 * n_levels doubles. Cost O(starts * (trades in a lifetime + levels)), levels reached each. */
pg_kstatus pg_virtual_run(pg_virtual_level *levels, size_t n_levels, const pg_virtual_trades *trades, int side,
                          const double *start_s, const double *mid, size_t n_starts, const double *queue_ahead,
                          const pg_virtual_options *options, double *work);

typedef enum {
    PG_RATE_CENSORED = 0,     /* fills / exposure */
    PG_RATE_MEAN_ARRIVAL = 1, /* fills / sum of fill times: ignores the censored (seeds 000, 001) */
    PG_RATE_FULL_LIFETIME = 2 /* fills / (orders * lifetime) (seed vq) */
} pg_virtual_rate;

/* lambda of a level in 1/s; NaN without fills. */
double pg_virtual_lambda(const pg_virtual_level *level, pg_virtual_rate rate, double lifetime_s);

typedef struct {
    int64_t levels_used, levels_excluded;
    double kappa, se_kappa, kappa_lo, kappa_hi; /* 95 %, Student t */
    double a, a_lo, a_hi;
    double r2;
} pg_virtual_fit;

/* Regresses ln lambda on distance, weighted by the fills if `weighted`. Levels with fewer than min_fills (10) fills
 * are excluded and counted. Fewer than 3 levels: too_few_points; slope >= 0: nonpositive_slope.
 * work: 3 * n_levels doubles. */
pg_kstatus pg_virtual_estimate(pg_virtual_fit *out, const pg_virtual_level *levels, size_t n_levels,
                               pg_virtual_rate rate, bool weighted, int64_t min_fills, double lifetime_s, double *work);

#endif
