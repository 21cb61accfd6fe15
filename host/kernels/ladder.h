/* Ladders: prices and sizes of several levels a side, and the allocation of a total over levels (spec 6.8).
 *
 * Depths in bps of the mid, prices in ticks, sizes in base units. */
#ifndef PG_KERNELS_LADDER_H
#define PG_KERNELS_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    double mid, tick, size_step;
    double min_notional;                 /* USD, 10 */
    double total_size;                   /* of a side */
    double decay;                        /* ratio of consecutive sizes, 0.53 */
    double min_depth_bps, max_depth_bps; /* 5 to 50 */
    bool linear;                         /* spacing: linear, else geometric */
    bool redistribute;                   /* a dropped level's size goes to the level before it */
} pg_ladder_options;

typedef struct {
    double depth_bps, size_raw;
    int64_t bid_ticks, ask_ticks;
    double bid_size, ask_size; /* 0: dropped, below the minimum notional */
} pg_ladder_level;

/* Fills levels[n]: geometric d_min (d_max/d_min)^(i/(n-1)) or linear depths, sizes total decay^i / sum decay^j cut down
 * to the step. Bad numbers: bad_input; n < 1, nonpositive depths or steps: invalid_params. O(n). */
pg_kstatus pg_ladder_build(pg_ladder_level *levels, size_t n, const pg_ladder_options *options);

/* Merges levels that share a tick (sizes added, the innermost kept), a side at a time. */
void pg_ladder_merge(pg_ladder_level *levels, size_t n);

/* One side's prices (ticks times the tick) and sizes, into two arrays of n; a size of 0 is a dropped level. */
void pg_ladder_side(double *price, double *size, const pg_ladder_level *levels, size_t n, double tick, bool bids);

/* Inventory limits on a built ladder: the side that increases |q| scaled by max(0, 1 - |u|), and each side's total at
 * most q_max - q (bids) or q_max + q (asks), inner levels first. Sizes are cut to the step again. */
pg_kstatus pg_ladder_limit(pg_ladder_level *levels, size_t n, double q, double q_max, double size_step);

/* Allocation: maximise sum mv_i c_i (1 - e^{-s_i/c_i}) subject to sum s_i <= C, s_i >= 0. */
typedef struct {
    double cap;        /* C */
    bool margin_binds; /* C comes from margin * leverage / price, else from max_position */
    double multiplier; /* nu of the water level, or the shadow price of the greedy rule; 0 when none */
} pg_allocation;

/* C = min(max_position, margin leverage / price). */
pg_kstatus pg_allocation_cap(pg_allocation *out, double max_position, double margin, double leverage, double price);

/* Water-filling: s_i = c_i max(0, ln(mv_i/nu)), nu exact by sorting. mv_i <= 0 gets 0. saturation c_i > 0.
 * order: n indices of work. O(n log n). */
pg_kstatus pg_allocation_waterfill(double *size, pg_allocation *out, const double *marginal, const double *saturation,
                                   size_t n, int32_t *order);

/* Greedy (seed 003): decreasing mv, each up to its cap, those below min_size skipped; the multiplier is the mv of the
 * first level that gets nothing because C is used up. Caps are mandatory. */
pg_kstatus pg_allocation_greedy(double *size, pg_allocation *out, const double *marginal, const double *level_cap,
                                double min_size, size_t n, int32_t *order);

#endif
