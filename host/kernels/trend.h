/* Trend filter of seed 004: exponential moving averages and SuperTrend with Wilder's ATR.
 *
 * EMA: starts at the mean of the first k closes, alpha = 2/(k+1). ATR (Wilder 1978): mean of the first p true ranges,
 * then (ATR (p-1) + TR)/p. Bands (high+low)/2 +- m ATR with the usual ratchet. Streaming, O(1). */
#ifndef PG_KERNELS_TREND_H
#define PG_KERNELS_TREND_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* Set period, zero the rest. */
typedef struct {
    int64_t period, n;
    double value; /* running mean until n = period */
} pg_ema;

/* PG_K_WARMUP until `period` closes were seen. */
pg_kstatus pg_ema_update(pg_ema *ema, double close);
pg_kstatus pg_ema_read(double *value, const pg_ema *ema);

/* Set period and multiplier, zero the rest. */
typedef struct {
    int64_t period;
    double multiplier;
    int64_t n, flips;
    double atr, upper, lower; /* final bands */
    double close;
    int32_t direction; /* 0 before the first ATR, then +1 or -1 */
} pg_supertrend;

/* A candle. high < low or non-finite: bad_input; PG_K_WARMUP before `period` candles. */
pg_kstatus pg_supertrend_update(pg_supertrend *s, double high, double low, double close);

/* Whether the buy side may be quoted: fast EMA above slow and direction >= 0. Sells that reduce are never blocked. */
bool pg_trend_buys(double ema_fast, double ema_slow, int32_t direction);

#endif
