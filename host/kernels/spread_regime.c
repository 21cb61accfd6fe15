#include "kernels/spread_regime.h"

#include <math.h>

#include "kernels/series.h"

enum { MIN_SAMPLES = 20 };

pg_kstatus pg_spread_percentile(double *percentile, const double *spread, size_t n, double current)
{
    double less = 0.0, equal = 0.0;

    *percentile = NAN;
    if (pg_series_first_bad(spread, n) < n || !isfinite(current))
        return PG_K_BAD_INPUT;
    if (n < MIN_SAMPLES)
        return PG_K_WARMUP;
    for (size_t i = 0; i < n; i++) {
        less += spread[i] < current;
        equal += spread[i] == current;
    }
    *percentile = (less + 0.5 * equal) / (double)n;
    return PG_K_OK;
}

double pg_spread_multiplier(double percentile)
{
    return percentile < 0.25 ? 0.8 : percentile > 0.75 ? 1.5 : 1.0;
}

/* Bin 0 holds everything below 0.1 bps, the last everything above 1000 bps. */
static uint8_t bin_of(double spread)
{
    const double low = 1e-5, decades = 4.0;
    if (!(spread > low))
        return 0;
    double position = log10(spread / low) / decades * PG_SPREAD_BINS;
    return position >= PG_SPREAD_BINS - 1 ? PG_SPREAD_BINS - 1 : (uint8_t)position;
}

static void drop_oldest(pg_spread_regime *s)
{
    s->bins[s->ring_bin[s->head]]--;
    s->head = s->head + 1 == s->capacity ? 0 : s->head + 1;
    s->count--;
}

pg_kstatus pg_spread_regime_update(pg_spread_regime *s, double time_s, double spread)
{
    if (!isfinite(time_s) || !isfinite(spread) || spread < 0.0)
        return PG_K_BAD_INPUT;
    if (s->capacity < 1 || !(s->window_s > 0.0))
        return PG_K_INVALID_PARAMS;
    if (s->count > 0 && time_s < s->ring_s[(s->head + s->count - 1) % s->capacity])
        return PG_K_BAD_INPUT;
    while (s->count > 0 && s->ring_s[s->head] <= time_s - s->window_s)
        drop_oldest(s);
    if (s->count == s->capacity) {
        drop_oldest(s);
        s->n_overwritten++;
    }
    int64_t tail = (s->head + s->count++) % s->capacity;
    s->ring_s[tail] = time_s;
    s->ring_bin[tail] = bin_of(spread);
    s->bins[s->ring_bin[tail]]++;
    return PG_K_OK;
}

pg_kstatus pg_spread_regime_read(double *percentile, const pg_spread_regime *s, double spread)
{
    *percentile = NAN;
    if (!isfinite(spread) || spread < 0.0)
        return PG_K_BAD_INPUT;
    if (s->count < MIN_SAMPLES)
        return PG_K_WARMUP;
    uint8_t bin = bin_of(spread);
    int32_t less = 0;
    for (int b = 0; b < bin; b++)
        less += s->bins[b];
    *percentile = ((double)less + 0.5 * (double)s->bins[bin]) / (double)s->count;
    return PG_K_OK;
}

pg_kstatus pg_spread_reversion(double *rate, double *theta, const double *spread, size_t n, double dt_s)
{
    *rate = *theta = NAN;
    if (pg_series_first_bad(spread, n) < n)
        return PG_K_BAD_INPUT;
    if (!(dt_s > 0.0) || !isfinite(dt_s))
        return PG_K_INVALID_PARAMS;
    if (n < MIN_SAMPLES)
        return PG_K_WARMUP;
    double variance = pg_series_variance(spread, n), mean = pg_series_mean(spread, n);
    *theta = mean;
    if (!(variance > 1e-30 * mean * mean))
        return PG_K_ZERO_VARIATION;
    double rho = pg_series_autocov(spread, n) / variance;
    if (!(rho > 0.0 && rho < 1.0))
        return PG_K_LOW_QUALITY;
    *rate = -log(rho) / dt_s;
    return PG_K_OK;
}

double pg_spread_expected(double spread, double rate, double theta, double horizon_s)
{
    double keep = exp(-rate * horizon_s);
    return spread * keep + theta * (1.0 - keep);
}
