#include "kernels/jumps.h"

#include <math.h>

#include "kernels/bipower.h"
#include "kernels/intensity.h"

pg_kstatus pg_jumps_estimate(pg_jumps *out, const double *r, size_t n, double window_s, double threshold_sigmas,
                             int64_t min_jumps)
{
    pg_bipower bp;
    pg_trade_rate rate;

    *out = (pg_jumps){ 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    if (!(window_s > 0.0) || !isfinite(window_s) || !(threshold_sigmas > 0.0))
        return PG_K_INVALID_PARAMS;
    pg_kstatus status = pg_bipower_window(&bp, r, n);
    if (status != PG_K_OK)
        return status;

    double sum = 0.0, squares = 0.0, centred = 0.0;
    out->sigma_step = sqrt(bp.bv / (double)n);
    double limit = threshold_sigmas * out->sigma_step;
    for (size_t i = 0; i < n; i++)
        if (fabs(r[i]) > limit) {
            out->n_jumps++;
            sum += r[i];
            squares += r[i] * r[i];
        }
    pg_trade_rate_estimate(&rate, out->n_jumps, window_s);
    out->lambda = rate.rate;
    out->lambda_lo = rate.lo;
    out->lambda_hi = rate.hi;
    if (out->n_jumps < min_jumps || out->n_jumps < 2)
        return PG_K_TOO_FEW_JUMPS;
    double count = (double)out->n_jumps, mean = sum / count;
    for (size_t i = 0; i < n; i++)
        if (fabs(r[i]) > limit)
            centred += (r[i] - mean) * (r[i] - mean);
    out->mean = mean;
    out->sd = sqrt(centred / (count - 1.0));
    out->second_moment = squares / count;
    return PG_K_OK;
}

double pg_jumps_variance(double sigma_clean_rel, double lambda, double second_moment, double horizon_s)
{
    return (sigma_clean_rel * sigma_clean_rel + lambda * second_moment) * horizon_s;
}
