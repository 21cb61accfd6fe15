#include "kernels/units.h"

#include <math.h>

double pg_sigma_px(double sigma_rel, double mid)
{
    return sigma_rel * mid;
}

double pg_kappa_px(double kappa_rel, double mid)
{
    return kappa_rel / mid;
}

double pg_gamma_px(double gamma_rel, double mid)
{
    return gamma_rel / mid;
}

double pg_delta_px(double delta_rel, double mid)
{
    return delta_rel * mid;
}

double pg_sigma_rel(double sigma_step, double dt_s)
{
    return sigma_step / sqrt(dt_s);
}

double pg_sigma_horizon(double sigma_rel, double horizon_s)
{
    return sigma_rel * sqrt(horizon_s);
}

double pg_sigma_day(double sigma_rel)
{
    return pg_sigma_horizon(sigma_rel, 86400.0);
}

double pg_sigma_year(double sigma_rel)
{
    return pg_sigma_horizon(sigma_rel, 31536000.0);
}

double pg_sigma_event(double variance_per_bucket, double buckets_per_s)
{
    return sqrt(variance_per_bucket * buckets_per_s);
}
