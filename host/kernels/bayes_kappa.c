#include "kernels/bayes_kappa.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "kernels/series.h"

pg_kstatus pg_bayes_kappa_init(pg_bayes_kappa *state, double prior_mean, double strength)
{
    *state = (pg_bayes_kappa){ strength, strength / prior_mean, 0.0, 0.0, 0.0 };
    bool good = prior_mean > 0.0 && strength > 0.0 && isfinite(prior_mean) && isfinite(strength);
    return good ? PG_K_OK : PG_K_INVALID_PARAMS;
}

pg_kstatus pg_bayes_kappa_trade(pg_bayes_kappa *state, double depth_rel)
{
    if (!isfinite(depth_rel) || depth_rel < 0.0)
        return PG_K_BAD_INPUT;
    state->n += 1.0;
    state->sum += depth_rel;
    state->sum_squares += depth_rel * depth_rel;
    return PG_K_OK;
}

pg_kstatus pg_bayes_kappa_forget(pg_bayes_kappa *state, double dt_s, double half_life_s)
{
    if (!(dt_s >= 0.0) || !(half_life_s > 0.0))
        return PG_K_INVALID_PARAMS;
    double keep = exp2(-dt_s / half_life_s);
    state->n *= keep;
    state->sum *= keep;
    state->sum_squares *= keep;
    return PG_K_OK;
}

void pg_bayes_kappa_remove(pg_bayes_kappa *state, double depth_rel)
{
    state->n = fmax(state->n - 1.0, 0.0);
    state->sum = fmax(state->sum - depth_rel, 0.0);
    state->sum_squares = fmax(state->sum_squares - depth_rel * depth_rel, 0.0);
}

pg_kstatus pg_bayes_kappa_read(pg_bayes_kappa_estimate *out, const pg_bayes_kappa *s)
{
    *out = (pg_bayes_kappa_estimate){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    if (!(s->prior_shape > 0.0) || !(s->prior_rate > 0.0))
        return PG_K_INVALID_PARAMS;
    out->shape = s->prior_shape + s->n;
    out->rate = s->prior_rate + s->sum;
    out->kappa = out->shape / out->rate;
    out->sd = out->kappa / sqrt(out->shape);
    out->lo = gsl_cdf_gamma_Pinv(0.025, out->shape, 1.0 / out->rate);
    out->hi = gsl_cdf_gamma_Pinv(0.975, out->shape, 1.0 / out->rate);
    out->kappa_adjusted = out->kappa;
    if (!(s->n >= 2.0) || !(s->sum > 0.0))
        return PG_K_OK;
    double mean = s->sum / s->n, variance = fmax(s->sum_squares - s->sum * mean, 0.0) / s->n;
    out->cv = sqrt(variance) / mean;
    out->kappa_adjusted = out->kappa * pg_clamp(2.0 - out->cv, 0.5, 1.0);
    return out->cv > 1.2 ? PG_K_LOW_QUALITY : PG_K_OK;
}
