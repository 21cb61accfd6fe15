#include "kernels/quote_hjb.h"

#include <math.h>

#include "kernels/series.h"

static const double min_remaining_s = 60.0;

pg_kstatus pg_hjb_skew_compute(pg_hjb_skew *out, const pg_hjb_input *in)
{
    *out = (pg_hjb_skew){ NAN, NAN, NAN, NAN, NAN };
    double values[] = { in->gamma_rel, in->sigma_rel, in->u,         in->remaining_s,
                        in->session_s, in->penalty,   in->funding_s, in->max_terminal_multiplier };
    if (pg_series_first_bad(values, 8) < 8)
        return PG_K_BAD_INPUT;
    if (in->gamma_rel < 0.0 || in->sigma_rel < 0.0 || !(in->session_s > 0.0) || in->max_terminal_multiplier < 0.0)
        return PG_K_INVALID_PARAMS;
    double u = pg_clamp(in->u, -1.0, 1.0), left = fmax(in->remaining_s, min_remaining_s);
    double cap = in->max_terminal_multiplier;
    out->diffusion = in->gamma_rel * in->sigma_rel * in->sigma_rel * u * left;
    out->terminal = in->penalty * u * (1.0 - left / in->session_s);
    cap *= fabs(out->diffusion);
    out->terminal_capped = pg_clamp(out->terminal, -cap, cap);
    out->funding = in->funding_s * left;
    out->skew_rel = out->diffusion + out->terminal_capped + out->funding;
    return PG_K_OK;
}

double pg_hjb_drift(double u, double momentum_bps, double continuation, double remaining_s, double diffusion)
{
    if (!(u * momentum_bps < 0.0) || fabs(momentum_bps) <= 10.0 || continuation < 0.5)
        return 0.0;
    double drift = fabs(momentum_bps) * 1e-4 / 0.5;
    double size = fmin(1.5 * drift * continuation * fabs(u) * fmin(remaining_s, 300.0), 3.0 * fabs(diffusion));
    return u > 0.0 ? size : -size;
}

double pg_hjb_target(double funding_s, double price, double gamma_px, double sigma_px, double q_max)
{
    double target = -funding_s * price / (gamma_px * sigma_px * sigma_px);
    return isfinite(target) ? pg_clamp(target, -0.5 * q_max, 0.5 * q_max) : NAN;
}
