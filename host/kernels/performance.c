#include "kernels/performance.h"

#include <math.h>

#include "kernels/series.h"

static const double year_s = 31536000.0;
enum { MIN_QUALITY = 30 };

static double step_return(const double *equity, size_t k)
{
    return equity[k] / equity[k - 1] - 1.0;
}

/* Long-run variance of the returns, Bartlett weights (Newey & West 1987), divisor n. */
static double long_run_variance(const double *equity, size_t n, double mean)
{
    size_t returns = n - 1, lags = (size_t)floor(4.0 * pow((double)returns / 100.0, 2.0 / 9.0));
    double total = 0.0;

    for (size_t lag = 0; lag <= lags && lag < returns; lag++) {
        double sum = 0.0;
        for (size_t k = 1 + lag; k < n; k++)
            sum += (step_return(equity, k) - mean) * (step_return(equity, k - lag) - mean);
        total += (lag == 0 ? 1.0 : 2.0 * (1.0 - (double)lag / (double)(lags + 1))) * sum;
    }
    return total / (double)returns;
}

static double max_drawdown(const double *equity, size_t n)
{
    double peak = equity[0], worst = 0.0;
    for (size_t k = 1; k < n; k++) {
        peak = fmax(peak, equity[k]);
        worst = fmax(worst, (peak - equity[k]) / peak);
    }
    return worst;
}

pg_kstatus pg_performance_compute(pg_performance *out, const double *equity, size_t n, double interval_s)
{
    *out = (pg_performance){ n > 0 ? (int64_t)n - 1 : 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    if (!(interval_s > 0.0) || !isfinite(interval_s))
        return PG_K_INVALID_PARAMS;
    for (size_t k = 0; k < n; k++)
        if (!isfinite(equity[k]) || !(equity[k] > 0.0))
            return PG_K_BAD_INPUT;
    if (n < 3)
        return PG_K_TOO_FEW_POINTS;

    double count = (double)(n - 1), mean = 0.0, squares = 0.0, down = 0.0;
    for (size_t k = 1; k < n; k++)
        mean += step_return(equity, k);
    mean /= count;
    for (size_t k = 1; k < n; k++) {
        double r = step_return(equity, k), below = fmin(r, 0.0);
        squares += (r - mean) * (r - mean);
        down += below * below;
    }
    double sd = sqrt(squares / (count - 1.0)), downside = sqrt(down / count), scale = sqrt(year_s / interval_s);
    double long_run = long_run_variance(equity, n, mean);
    out->total_return = equity[n - 1] / equity[0] - 1.0;
    out->max_drawdown = max_drawdown(equity, n);
    if (sd > 0.0) {
        double ratio = mean / sd;
        out->sharpe = ratio * scale;
        out->sharpe_se = sqrt((1.0 + 0.5 * ratio * ratio) / count) * scale;
    }
    if (long_run > 0.0)
        out->sharpe_newey_west = mean / sqrt(long_run) * scale;
    if (downside > 0.0)
        out->sortino = mean / downside * scale;
    if (out->max_drawdown > 0.0)
        out->calmar = out->total_return * (year_s / (count * interval_s)) / out->max_drawdown;
    return n - 1 < MIN_QUALITY ? PG_K_LOW_QUALITY : PG_K_OK;
}

pg_kstatus pg_killswitch_update(pg_killswitch *state, double pnl, double account_value)
{
    if (!isfinite(pnl))
        return PG_K_BAD_INPUT;
    if (!(account_value > 0.0) || !isfinite(account_value))
        return PG_K_INVALID_PARAMS;
    state->peak_pnl = fmax(state->peak_pnl, pnl);
    state->drawdown = (state->peak_pnl - pnl) / account_value;
    state->worst = fmax(state->worst, state->drawdown);
    return PG_K_OK;
}
