/* Sampling: reference prices, log returns, the regular grid, VWAP pre-averaging.
 *
 * Prices in USD, times in milliseconds (int64) or seconds (double) as named. */
#ifndef PG_KERNELS_RETURNS_H
#define PG_KERNELS_RETURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* The mid price with its age. Set max_stale_s (5 s by default) and zero the rest. */
typedef struct {
    double max_stale_s;
    double mid;
    int64_t time_ms; /* of the last valid pair */
    bool seen;
} pg_mid;

/* Takes in a best bid and ask (NaN or <= 0 when a side is missing) and gives the mid. A missing, crossed or locked
 * pair keeps the previous mid for max_stale_s, then PG_K_STALE; PG_K_WARMUP when there never was one. O(1). */
pg_kstatus pg_mid_update(double *mid, pg_mid *state, double bid, double ask, int64_t time_ms);

/* Depth-aware mid: each side walked until `notional` USD are collected. */
typedef struct {
    double bid, ask, mid;                /* marginal prices */
    double bid_vwap, ask_vwap, mid_vwap; /* volume-weighted prices up to there */
} pg_effective_mid;

/* Prices and sizes best first. PG_K_TOO_FEW_POINTS when a side holds less than `notional`. O(levels). */
pg_kstatus pg_effective_mid_compute(pg_effective_mid *out, const double *bid_px, const double *bid_sz, size_t n_bids,
                                    const double *ask_px, const double *ask_sz, size_t n_asks, double notional);

/* ln(now / before) as log1p, exact for tiny moves. */
double pg_return_log(double before, double now);

/* r[i] = ln(price[i+1] / price[i]), n-1 values. PG_K_BAD_INPUT for a nonpositive or non-finite price. */
pg_kstatus pg_returns_log(double *r, const double *price, size_t n);

/* Number of grid steps of dt_s between the first and the last time: the room that pg_returns_resample needs. */
size_t pg_returns_grid(const int64_t *time_ms, size_t n, double dt_s);

/* Previous-tick sampling on the grid t_0 + k dt. A return with an observation older than max_gap_s at either end is
 * missing: dropped and counted, never set to zero. max_gap_s <= 0 means max(5 dt, 10 s). r must hold
 * pg_returns_grid values. PG_K_TOO_FEW_POINTS with fewer than 3 returns; PG_K_BAD_INPUT for bad prices or times
 * that run backwards. O(n + steps). */
pg_kstatus pg_returns_resample(double *r, size_t *n_returns, size_t *n_missing, const double *price,
                               const int64_t *time_ms, size_t n, double dt_s, double max_gap_s);

/* Bias of variances computed from returns of block VWAPs of a random walk: multiply RV by 3/2 and BV by
 * 1.5/(sqrt(15/16) + asin(1/4)/4) (Working 1960: variance 2/3, adjacent correlation 1/4). */
double pg_vwap_rv_factor(void);
double pg_vwap_bv_factor(void);

#endif
