#include "kernels/trend.h"

#include <math.h>

pg_kstatus pg_ema_update(pg_ema *ema, double close)
{
    if (!isfinite(close))
        return PG_K_BAD_INPUT;
    if (ema->period < 1)
        return PG_K_INVALID_PARAMS;
    ema->n++;
    if (ema->n <= ema->period)
        ema->value += (close - ema->value) / (double)ema->n;
    else
        ema->value += 2.0 / ((double)ema->period + 1.0) * (close - ema->value);
    return ema->n < ema->period ? PG_K_WARMUP : PG_K_OK;
}

pg_kstatus pg_ema_read(double *value, const pg_ema *ema)
{
    bool ready = ema->n > 0 && ema->n >= ema->period;
    *value = ready ? ema->value : NAN;
    return ready ? PG_K_OK : PG_K_WARMUP;
}

static void move_bands(pg_supertrend *s, double up, double down, double close, double close_before)
{
    double upper = s->upper, lower = s->lower;
    int32_t before = s->direction;

    s->upper = up < upper || close_before > upper ? up : upper;
    s->lower = down > lower || close_before < lower ? down : lower;
    s->direction = close > upper ? 1 : close < lower ? -1 : before;
    s->flips += s->direction != before;
}

pg_kstatus pg_supertrend_update(pg_supertrend *s, double high, double low, double close)
{
    if (!isfinite(high) || !isfinite(low) || !isfinite(close) || high < low)
        return PG_K_BAD_INPUT;
    if (s->period < 1 || !(s->multiplier > 0.0))
        return PG_K_INVALID_PARAMS;
    double range = high - low, before = s->close, period = (double)s->period;
    if (s->n > 0)
        range = fmax(range, fmax(fabs(high - before), fabs(low - before)));
    s->n++;
    s->close = close;
    s->atr = s->n <= s->period ? s->atr + (range - s->atr) / (double)s->n : (s->atr * (period - 1.0) + range) / period;
    if (s->n < s->period)
        return PG_K_WARMUP;
    double centre = 0.5 * (high + low), reach = s->multiplier * s->atr;
    if (s->n == s->period) {
        s->upper = centre + reach;
        s->lower = centre - reach;
        s->direction = 1;
    } else {
        move_bands(s, centre + reach, centre - reach, close, before);
    }
    return PG_K_OK;
}

bool pg_trend_buys(double ema_fast, double ema_slow, int32_t direction)
{
    return ema_fast > ema_slow && direction >= 0;
}
