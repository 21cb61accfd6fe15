#include "kernels/returns.h"

#include <math.h>

static bool price_ok(double price)
{
    return isfinite(price) && price > 0.0;
}

pg_kstatus pg_mid_update(double *mid, pg_mid *state, double bid, double ask, int64_t time_ms)
{
    if (price_ok(bid) && price_ok(ask) && ask > bid) {
        state->mid = 0.5 * (bid + ask);
        state->time_ms = time_ms;
        state->seen = true;
    }
    *mid = NAN;
    if (!state->seen)
        return PG_K_WARMUP;
    if ((double)(time_ms - state->time_ms) > 1e3 * state->max_stale_s)
        return PG_K_STALE;
    *mid = state->mid;
    return PG_K_OK;
}

static pg_kstatus walk(double *marginal, double *vwap, const double *px, const double *sz, size_t n, double notional)
{
    double value = 0.0, volume = 0.0;

    for (size_t i = 0; i < n; i++) {
        if (!price_ok(px[i]) || !isfinite(sz[i]) || sz[i] < 0.0)
            return PG_K_BAD_INPUT;
        double take = fmin(sz[i], (notional - value) / px[i]);
        value += take * px[i];
        volume += take;
        if (take < sz[i] || value >= notional) {
            *marginal = px[i];
            *vwap = notional / volume;
            return PG_K_OK;
        }
    }
    return PG_K_TOO_FEW_POINTS;
}

pg_kstatus pg_effective_mid_compute(pg_effective_mid *out, const double *bid_px, const double *bid_sz, size_t n_bids,
                                    const double *ask_px, const double *ask_sz, size_t n_asks, double notional)
{
    *out = (pg_effective_mid){ NAN, NAN, NAN, NAN, NAN, NAN };
    if (!(notional > 0.0) || !isfinite(notional))
        return PG_K_INVALID_PARAMS;
    double bid, ask, bid_vwap, ask_vwap;
    pg_kstatus status = walk(&bid, &bid_vwap, bid_px, bid_sz, n_bids, notional);
    if (status == PG_K_OK)
        status = walk(&ask, &ask_vwap, ask_px, ask_sz, n_asks, notional);
    if (status == PG_K_OK)
        *out = (pg_effective_mid){ bid, ask, 0.5 * (bid + ask), bid_vwap, ask_vwap, 0.5 * (bid_vwap + ask_vwap) };
    return status;
}

double pg_return_log(double before, double now)
{
    return log1p((now - before) / before);
}

pg_kstatus pg_returns_log(double *r, const double *price, size_t n)
{
    if (n < 2)
        return PG_K_TOO_FEW_POINTS;
    for (size_t i = 0; i < n; i++)
        if (!price_ok(price[i]))
            return PG_K_BAD_INPUT;
    for (size_t i = 1; i < n; i++)
        r[i - 1] = pg_return_log(price[i - 1], price[i]);
    return PG_K_OK;
}

size_t pg_returns_grid(const int64_t *time_ms, size_t n, double dt_s)
{
    if (n < 2 || !(dt_s > 0.0) || time_ms[n - 1] < time_ms[0])
        return 0;
    return (size_t)((double)(time_ms[n - 1] - time_ms[0]) / (1e3 * dt_s) + 1e-9);
}

pg_kstatus pg_returns_resample(double *r, size_t *n_returns, size_t *n_missing, const double *price,
                               const int64_t *time_ms, size_t n, double dt_s, double max_gap_s)
{
    *n_returns = *n_missing = 0;
    if (!(dt_s > 0.0) || !isfinite(dt_s) || !isfinite(max_gap_s))
        return PG_K_INVALID_PARAMS;
    for (size_t i = 0; i < n; i++)
        if (!price_ok(price[i]) || (i > 0 && time_ms[i] < time_ms[i - 1]))
            return PG_K_BAD_INPUT;

    double gap_ms = 1e3 * (max_gap_s > 0.0 ? max_gap_s : fmax(5.0 * dt_s, 10.0));
    size_t steps = pg_returns_grid(time_ms, n, dt_s), last = 0, previous = 0;
    bool previous_fresh = true;
    for (size_t k = 1; k <= steps; k++) {
        double grid_ms = (double)k * dt_s * 1e3 + 1e-6;
        while (last + 1 < n && (double)(time_ms[last + 1] - time_ms[0]) <= grid_ms)
            last++;
        bool fresh = grid_ms - (double)(time_ms[last] - time_ms[0]) <= gap_ms + 2e-6;
        if (fresh && previous_fresh)
            r[(*n_returns)++] = pg_return_log(price[previous], price[last]);
        else
            (*n_missing)++;
        previous = last;
        previous_fresh = fresh;
    }
    return *n_returns < 3 ? PG_K_TOO_FEW_POINTS : PG_K_OK;
}

double pg_vwap_rv_factor(void)
{
    return 1.5;
}

double pg_vwap_bv_factor(void)
{
    return 1.5 / (sqrt(15.0 / 16.0) + asin(0.25) / 4.0);
}
