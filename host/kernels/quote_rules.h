/* From raw quotes to integer ticks: spread limits, rounding, post-only, crossing repair (spec 6.10, in that order).
 *
 * Prices in USD, ticks are int64 multiples of the tick size. Cost O(1). */
#ifndef PG_KERNELS_QUOTE_RULES_H
#define PG_KERNELS_QUOTE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* Step 1: a side's distance kept in [max(min_half, fee_floor), max_half]; a max of 0 or below the min is ignored. */
double pg_half_spread_limit(double half, double min_half, double fee_floor, double max_half);

typedef struct {
    double tick;               /* > 0 */
    double best_bid, best_ask; /* of the venue; 0 or NaN: unknown, no post-only test on that side */
    bool post_only;
    int64_t join_ticks; /* > 0: stay at least so many ticks from the opposite touch; 0 and 1 mean one tick */
} pg_quote_rules;

typedef struct {
    int64_t bid_ticks, ask_ticks;
    double bid, ask; /* ticks times the tick size */
} pg_final_quote;

/* Steps 2 to 5: bid rounded down, ask up (1e-9 of a tick absorbs representation error), post-only, then
 * ask = bid + 1 if they cross (crossed_repaired). nonpositive_bid: the bid must not be sent.
 * Non-finite or enormous prices: bad_input; tick <= 0: invalid_params. */
pg_kstatus pg_quote_finish(pg_final_quote *out, double bid_raw, double ask_raw, const pg_quote_rules *rules);

/* Rounding of one price, for ladders: floor(price/tick + 1e-9), ceil(price/tick - 1e-9). The caller checks range. */
int64_t pg_ticks_down(double price, double tick);
int64_t pg_ticks_up(double price, double tick);

/* floor(size/step + 1e-9) step. */
double pg_size_down(double size, double step);

/* Tick of a venue with a limit on significant figures: max(10^-(max_decimals - size_decimals),
 * 10^(floor(log10 price) - figures + 1)), never above 1 (whole prices are always allowed). */
double pg_venue_tick(double price, int size_decimals, int max_decimals, int figures);

/* Additive edge terms of 6.9: fee + adverse selection + k sigma sqrt(latency), all USD. */
double pg_edge_terms(double fee_px, double adverse_px, double k_latency, double sigma_px, double latency_s);

/* Floor from first principles: 1.1 (fee + |adverse| + sigma sqrt(latency)). */
double pg_half_spread_floor(double fee_px, double adverse_px, double sigma_px, double latency_s);

/* Knife factor of seed 003 on a side's distance: 1 + score/2 (1 + max(exposure, 0)) when score > 0.5, else 1.
 * exposure is u for bids (falling knife), -u for asks (rising). */
double pg_knife_factor(double score, double exposure);

#endif
