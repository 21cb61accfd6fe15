#include "kernels/quote_as.h"

#include <math.h>

#include "kernels/series.h"

double pg_as_intensity_term(double gamma, double kappa)
{
    return gamma / kappa < 1e-12 ? 1.0 / kappa : log1p(gamma / kappa) / gamma;
}

static pg_kstatus check(const pg_as_input *in)
{
    double values[] = {
        in->ref, in->q, in->sigma_px, in->gamma_px, in->kappa_bid, in->kappa_ask, in->horizon_s, in->lot
    };
    if (pg_series_first_bad(values, 8) < 8 || !(in->ref > 0.0))
        return PG_K_BAD_INPUT;
    if (!(in->kappa_bid > 0.0) || !(in->kappa_ask > 0.0) || !(in->lot > 0.0) || in->gamma_px < 0.0 ||
        in->sigma_px < 0.0 || in->horizon_s < 0.0)
        return PG_K_INVALID_PARAMS;
    return PG_K_OK;
}

static pg_kstatus finish(pg_as_quote *out)
{
    out->bid = out->reservation - out->half_bid;
    out->ask = out->reservation + out->half_ask;
    if (isfinite(out->bid) && isfinite(out->ask))
        return PG_K_OK;
    *out = (pg_as_quote){ NAN, NAN, NAN, NAN, NAN };
    return PG_K_INVALID_PARAMS;
}

pg_kstatus pg_as_quote_compute(pg_as_quote *out, const pg_as_input *in)
{
    *out = (pg_as_quote){ NAN, NAN, NAN, NAN, NAN };
    pg_kstatus status = check(in);
    if (status != PG_K_OK)
        return status;
    double g = in->gamma_px * in->lot, variance = in->sigma_px * in->sigma_px * in->horizon_s;
    out->reservation = in->ref - in->q * in->gamma_px * variance;
    out->half_bid = pg_as_intensity_term(g, in->kappa_bid) + 0.5 * g * variance;
    out->half_ask = pg_as_intensity_term(g, in->kappa_ask) + 0.5 * g * variance;
    return finish(out);
}

pg_kstatus pg_as_quote_seed001(pg_as_quote *out, const pg_as_input *in)
{
    *out = (pg_as_quote){ NAN, NAN, NAN, NAN, NAN };
    pg_as_input used = *in;
    used.kappa_ask = in->kappa_bid;
    used.lot = 1.0;
    pg_kstatus status = check(&used);
    if (status != PG_K_OK)
        return status;
    double risk = 0.5 * used.gamma_px * used.sigma_px * used.sigma_px * used.horizon_s;
    out->reservation = used.ref + used.q * risk;
    out->half_bid = out->half_ask = pg_as_intensity_term(used.gamma_px, used.kappa_bid) + risk;
    return finish(out);
}

/* gamma by mode: constant, or such that full inventory shifts the reservation price by max_shift_ticks. */
static pg_kstatus choose_gamma(double *gamma, const pg_as_return_input *in, double u)
{
    double variance = in->sigma_rel * in->sigma_rel * in->horizon_s, g = in->gamma;

    if (in->gamma_mode != PG_GAMMA_CONSTANT) {
        if (variance < 1e-12)
            return PG_K_INVALID_PARAMS;
        g = fmin(in->max_shift_ticks * in->tick / in->mid / variance, 1e6);
        if (in->gamma_mode == PG_GAMMA_INVENTORY_SCALED)
            g *= fabs(u);
    }
    g = fmax(g, 1e-6);
    if (in->gamma_max > in->gamma_min)
        g = pg_clamp(g, fmax(in->gamma_min, 1e-6), in->gamma_max);
    *gamma = g;
    return PG_K_OK;
}

static double limit_spread(double total, const pg_as_return_input *in)
{
    double floor_bps = fmax(in->min_total_spread_bps, 2.0 * in->maker_fee_bps);
    total = fmax(total, floor_bps * 1e-4);
    return in->max_total_spread_bps > 0.0 ? fmin(total, in->max_total_spread_bps * 1e-4) : total;
}

pg_kstatus pg_as_return_compute(pg_as_return_quote *out, const pg_as_return_input *in)
{
    *out = (pg_as_return_quote){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    double values[] = { in->mid,           in->q,
                        in->q_max,         in->sigma_rel,
                        in->gamma,         in->kappa_bid_rel,
                        in->gamma_min,     in->kappa_ask_rel,
                        in->gamma_max,     in->max_shift_ticks,
                        in->tick,          in->horizon_s,
                        in->maker_fee_bps, in->min_total_spread_bps + in->max_total_spread_bps };
    if (pg_series_first_bad(values, 14) < 14 || !(in->mid > 0.0))
        return PG_K_BAD_INPUT;
    if (!(in->kappa_bid_rel > 0.0) || !(in->kappa_ask_rel > 0.0) || !(in->q_max > 0.0) || in->sigma_rel < 0.0 ||
        in->horizon_s < 0.0 || in->gamma < 0.0 || (int)in->gamma_mode < 0 || in->gamma_mode > PG_GAMMA_MAX_SHIFT)
        return PG_K_INVALID_PARAMS;

    double u = pg_clamp(in->q / in->q_max, -1.0, 1.0), gamma;
    pg_kstatus status = choose_gamma(&gamma, in, u);
    if (status != PG_K_OK)
        return status;
    double risk = gamma * in->sigma_rel * in->sigma_rel * in->horizon_s;
    out->gamma = gamma;
    out->total_bid = risk + 2.0 * pg_as_intensity_term(gamma, in->kappa_bid_rel);
    out->total_ask = risk + 2.0 * pg_as_intensity_term(gamma, in->kappa_ask_rel);
    out->clamped_bid = limit_spread(out->total_bid, in);
    out->clamped_ask = limit_spread(out->total_ask, in);
    out->reservation = in->mid * (1.0 - u * risk);
    out->bid = out->reservation - in->mid * 0.5 * out->clamped_bid;
    out->ask = out->reservation + in->mid * 0.5 * out->clamped_ask;
    return PG_K_OK;
}

pg_kstatus pg_skewed_quote_compute(pg_skewed_quote *out, double ref, double q, double half_spread_bps,
                                   double skew_bps_per_unit)
{
    *out = (pg_skewed_quote){ NAN, NAN, NAN };
    double values[] = { ref, q, half_spread_bps, skew_bps_per_unit };
    if (pg_series_first_bad(values, 4) < 4 || !(ref > 0.0))
        return PG_K_BAD_INPUT;
    if (half_spread_bps < 0.0)
        return PG_K_INVALID_PARAMS;
    out->centre = ref * (1.0 - q * skew_bps_per_unit * 1e-4);
    out->bid = out->centre - ref * half_spread_bps * 1e-4;
    out->ask = out->centre + ref * half_spread_bps * 1e-4;
    return PG_K_OK;
}
