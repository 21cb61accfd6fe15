#include "kernels/funding.h"

#include <math.h>

#include "kernels/ewma.h"
#include "kernels/series.h"

enum { MIN_PERIODS = 3 };

pg_kstatus pg_funding_update(pg_funding *f, double rate)
{
    if (!isfinite(rate))
        return PG_K_BAD_INPUT;
    if (!(f->period_s > 0.0) || !(f->half_life_periods > 0.0))
        return PG_K_INVALID_PARAMS;
    double alpha = pg_ewma_alpha(f->half_life_periods);
    f->rate = f->n == 0 ? rate : alpha * rate + (1.0 - alpha) * f->rate;
    f->n++;
    return PG_K_OK;
}

pg_kstatus pg_funding_read(pg_funding_estimate *out, const pg_funding *f)
{
    *out = (pg_funding_estimate){ NAN, NAN, NAN };
    if (f->n < MIN_PERIODS)
        return PG_K_WARMUP;
    *out = (pg_funding_estimate){ f->rate, f->rate / f->period_s, f->rate / f->period_s * 31536000.0 };
    return PG_K_OK;
}

double pg_funding_cost(double position, double mark, double rate_s, double horizon_s)
{
    return position * mark * rate_s * horizon_s;
}

double pg_funding_pnl(double position, double mark, double rate)
{
    return -position * mark * rate;
}

double pg_funding_predict(double mean_premium, double interest, double cap)
{
    return pg_clamp(mean_premium + interest, -cap, cap);
}
