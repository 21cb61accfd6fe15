#include "kernels/stochastic_variance.h"

#include <math.h>

#include "kernels/series.h"

enum { MIN_WINDOWS = 20 };

static double leverage(const double *v, const double *r, size_t n)
{
    double mean_r = 0.0, mean_d = (v[n - 1] - v[0]) / (double)(n - 1), rr = 0.0, dd = 0.0, rd = 0.0;

    for (size_t i = 1; i < n; i++)
        mean_r += r[i] / (double)(n - 1);
    for (size_t i = 1; i < n; i++) {
        double x = r[i] - mean_r, y = v[i] - v[i - 1] - mean_d;
        rr += x * x;
        dd += y * y;
        rd += x * y;
    }
    return rr > 0.0 && dd > 0.0 ? rd / sqrt(rr * dd) : NAN;
}

pg_kstatus pg_sv_fit(pg_sv *out, const double *v, const double *r, size_t n, double window_s, pg_sv_form form)
{
    *out = (pg_sv){ (int64_t)n, NAN, NAN, NAN, NAN, NAN };
    if (!(window_s > 0.0) || !isfinite(window_s))
        return PG_K_INVALID_PARAMS;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]) || v[i] < 0.0 || (r && !isfinite(r[i])))
            return PG_K_BAD_INPUT;
    if (n < MIN_WINDOWS)
        return PG_K_WARMUP;
    out->theta = pg_series_mean(v, n);
    double variance = pg_series_variance(v, n);
    if (!(variance > 1e-30 * out->theta * out->theta))
        return PG_K_ZERO_VARIATION;
    out->rho_1 = pg_series_autocov(v, n) / variance;
    if (r)
        out->rho = leverage(v, r, n);
    if (!(out->rho_1 > 0.0 && out->rho_1 < 1.0))
        return PG_K_LOW_QUALITY;
    out->kappa_v = -log(out->rho_1) / window_s;
    double scale = form == PG_SV_CIR ? out->theta : out->theta * out->theta + variance;
    out->xi = sqrt(2.0 * out->kappa_v * variance / scale);
    return PG_K_OK;
}

double pg_sv_forecast(const pg_sv *fit, double v0, double horizon_s)
{
    double x = fit->kappa_v * horizon_s;
    double weight = x < 1e-12 ? 1.0 : -expm1(-x) / x;
    return fit->theta + (v0 - fit->theta) * weight;
}
