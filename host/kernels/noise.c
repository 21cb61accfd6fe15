#include "kernels/noise.h"

#include <math.h>

#include "kernels/series.h"

pg_kstatus pg_local_level_update(pg_local_level_step *out, pg_local_level *s, double y, double q, double r, double dt_s)
{
    *out = (pg_local_level_step){ NAN, NAN, NAN, NAN, NAN };
    if (!isfinite(y))
        return PG_K_BAD_INPUT;
    if (!(q >= 0.0) || !(r > 0.0) || !(dt_s >= 0.0) || !isfinite(q + r + dt_s))
        return PG_K_INVALID_PARAMS;
    if (!s->started) {
        *s = (pg_local_level){ y, r, true };
        *out = (pg_local_level_step){ y, r, 1.0, 0.0, 0.0 };
        return PG_K_OK;
    }
    double predicted = s->p + q * dt_s, gain = predicted / (predicted + r), innovation = y - s->x;
    s->x += gain * innovation;
    s->p = (1.0 - gain) * predicted;
    *out = (pg_local_level_step){ s->x, s->p, gain, innovation, innovation / sqrt(predicted + r) };
    return PG_K_OK;
}

double pg_local_level_steady_gain(double q, double r, double dt_s)
{
    double s = q * dt_s / r;
    return 0.5 * (sqrt(s * s + 4.0 * s) - s);
}

double pg_local_level_r(double spread_rel, double roll_noise)
{
    double quarter = 0.25 * spread_rel;
    return fmax(quarter * quarter, roll_noise);
}

double pg_local_level_q(double sigma_rel, double activity_ratio)
{
    return sigma_rel * sigma_rel * pg_clamp(activity_ratio, 0.5, 5.0);
}

pg_kstatus pg_roll_estimate(pg_roll *out, const double *r, size_t n, size_t min_n)
{
    *out = (pg_roll){ NAN, NAN, NAN };
    if (pg_series_first_bad(r, n) < n)
        return PG_K_BAD_INPUT;
    if (n < min_n || n < 2)
        return PG_K_WARMUP;
    out->autocov = pg_series_autocov(r, n);
    bool identified = out->autocov < 0.0;
    out->noise = identified ? -out->autocov : 0.0;
    out->half_spread = sqrt(out->noise);
    return identified ? PG_K_OK : PG_K_NONNEGATIVE_AUTOCOV;
}
