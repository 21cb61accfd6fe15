/* Statistics of an equity curve on a regular grid, and drawdowns.
 *
 * Equity in USD every D seconds; simple returns r_k = E_k/E_{k-1} - 1; annualised with 365 days (24/7 markets). */
#ifndef PG_KERNELS_PERFORMANCE_H
#define PG_KERNELS_PERFORMANCE_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* Absent figures (no dispersion, no drawdown) are NaN. */
typedef struct {
    int64_t n_returns;
    double total_return;      /* E_n/E_0 - 1 */
    double sharpe;            /* mean / sd (n-1) * sqrt(year/D) */
    double sharpe_se;         /* sqrt((1 + S^2/2)/n) of the per-sample ratio, annualised */
    double sharpe_newey_west; /* sd from the long-run variance, lag floor(4 (n/100)^(2/9)) */
    double sortino;           /* downside root mean square with divisor n */
    double calmar;            /* total return a year / max drawdown */
    double max_drawdown;      /* max (peak - E)/peak */
} pg_performance;

/* E <= 0 or non-finite: bad_input; fewer than 2 returns: too_few_points; fewer than 30: low_quality. O(n lags). */
pg_kstatus pg_performance_compute(pg_performance *out, const double *equity, size_t n, double interval_s);

/* Drawdown of the kill switch (seed 003): (peak_pnl - pnl)/account_value, the peak starting at 0. Streaming. */
typedef struct {
    double peak_pnl; /* >= 0 */
    double drawdown; /* now */
    double worst;    /* so far */
} pg_killswitch;

/* account_value <= 0: invalid_params. O(1). */
pg_kstatus pg_killswitch_update(pg_killswitch *state, double pnl, double account_value);

#endif
