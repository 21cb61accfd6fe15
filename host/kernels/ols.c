#include "kernels/ols.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "kernels/series.h"

static double weight(const double *w, size_t i)
{
    return w ? w[i] : 1.0;
}

static pg_kstatus check(const double *x, const double *y, const double *w, size_t n)
{
    size_t used = 0;

    if (pg_series_first_bad(x, n) < n || pg_series_first_bad(y, n) < n)
        return PG_K_BAD_INPUT;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(weight(w, i)) || weight(w, i) < 0.0)
            return PG_K_BAD_INPUT;
        used += weight(w, i) > 0.0;
    }
    return used < 3 ? PG_K_TOO_FEW_POINTS : PG_K_OK;
}

static void intervals(pg_ols *out, pg_ci ci)
{
    double k = ci == PG_CI_NORMAL ? 1.96 : gsl_cdf_tdist_Pinv(0.975, (double)out->df);
    out->slope_lo = out->slope - k * out->se_slope;
    out->slope_hi = out->slope + k * out->se_slope;
    out->intercept_lo = out->intercept - k * out->se_intercept;
    out->intercept_hi = out->intercept + k * out->se_intercept;
}

pg_kstatus pg_ols_fit(pg_ols *out, const double *x, const double *y, const double *w, size_t n, pg_ci ci)
{
    *out = (pg_ols){ (int64_t)n, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    pg_kstatus status = check(x, y, w, n);
    if (status != PG_K_OK)
        return status;

    double sw = 0.0, sx = 0.0, sy = 0.0, sx2 = 0.0;
    int64_t used = 0;
    for (size_t i = 0; i < n; i++) {
        double wi = weight(w, i);
        used += wi > 0.0;
        sw += wi;
        sx += wi * x[i];
        sy += wi * y[i];
        sx2 += wi * x[i] * x[i];
    }
    double xbar = sx / sw, ybar = sy / sw, sxx = 0.0, sxy = 0.0, syy = 0.0, ssr = 0.0;
    for (size_t i = 0; i < n; i++) {
        double wi = weight(w, i), dx = x[i] - xbar, dy = y[i] - ybar;
        sxx += wi * dx * dx;
        sxy += wi * dx * dy;
        syy += wi * dy * dy;
    }
    if (!(sxx > 1e-14 * fmax(1.0, sx2)))
        return PG_K_DEGENERATE_X;

    out->n = used;
    out->df = used - 2;
    out->slope = sxy / sxx;
    out->intercept = ybar - out->slope * xbar;
    for (size_t i = 0; i < n; i++) {
        double e = (y[i] - ybar) - out->slope * (x[i] - xbar);
        ssr += weight(w, i) * e * e;
    }
    out->sigma2 = ssr / (double)out->df;
    out->se_slope = sqrt(out->sigma2 / sxx);
    out->se_intercept = sqrt(out->sigma2 * (1.0 / sw + xbar * xbar / sxx));
    out->r2 = syy > 0.0 ? 1.0 - ssr / syy : NAN;
    intervals(out, ci);
    return isfinite(out->slope) && isfinite(out->se_intercept) ? PG_K_OK : PG_K_BAD_INPUT;
}

pg_kstatus pg_ridge2_solve(pg_ridge2 *out, double s11, double s12, double s22, double s1y, double s2y, double syy,
                           double ridge)
{
    *out = (pg_ridge2){ NAN, NAN, NAN };
    double sums[] = { s11, s12, s22, s1y, s2y, syy };
    if (pg_series_first_bad(sums, 6) < 6)
        return PG_K_BAD_INPUT;
    if (!(ridge >= 0.0) || !isfinite(ridge))
        return PG_K_INVALID_PARAMS;
    double a = s11 * (1.0 + ridge), d = s22 * (1.0 + ridge), det = a * d - s12 * s12;
    if (!(s11 > 0.0) || !(s22 > 0.0) || !(det > 1e-14 * a * d))
        return PG_K_DEGENERATE_X;
    double b1 = (d * s1y - s12 * s2y) / det, b2 = (a * s2y - s12 * s1y) / det;
    double ssr = syy - 2.0 * (b1 * s1y + b2 * s2y) + b1 * b1 * s11 + 2.0 * b1 * b2 * s12 + b2 * b2 * s22;
    *out = (pg_ridge2){ b1, b2, syy > 0.0 ? 1.0 - ssr / syy : NAN };
    return PG_K_OK;
}
