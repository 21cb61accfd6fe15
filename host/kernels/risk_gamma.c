#include "kernels/risk_gamma.h"

#include <math.h>

#include "kernels/series.h"

void pg_risk_gamma_defaults(pg_risk_gamma_config *c)
{
    *c = (pg_risk_gamma_config){
        .gamma_base = 0.3,
        .gamma_min = 0.05,
        .gamma_max = 5.0,
        .sigma_baseline = 2e-4,
        .volatility_weight = 0.5,
        .max_volatility_multiplier = 3.0,
        .toxicity_threshold = 1.5,
        .toxicity_sensitivity = 0.3,
        .inventory_threshold = 0.5,
        .inventory_sensitivity = 2.0,
        .tail_base = 1.0,
        .tail_sensitivity = 4.0,
        .max_tail_multiplier = 5.0,
        .hawkes_weight = 0.0,
        .max_hawkes_multiplier = 2.0,
        .tight_multiplier = 0.8,
        .wide_multiplier = 1.5,
        .tight_percentile = 0.25,
        .wide_percentile = 0.75,
    };
}

static double volatility_factor(const pg_risk_gamma_config *c, double sigma)
{
    double ratio = sigma / c->sigma_baseline;
    return ratio <= 1.0 ? 1.0 : fmin(1.0 + c->volatility_weight * (ratio - 1.0), c->max_volatility_multiplier);
}

static double toxicity_factor(const pg_risk_gamma_config *c, double ratio)
{
    if (c->toxicity_seed003)
        return ratio > c->toxicity_threshold ? 1.0 + c->toxicity_sensitivity * (ratio - 1.0) : 1.0;
    return 1.0 + c->toxicity_sensitivity * fmax(ratio - c->toxicity_threshold, 0.0);
}

static double inventory_factor(const pg_risk_gamma_config *c, double u)
{
    double over = fmax(fabs(pg_clamp(u, -1.0, 1.0)) - c->inventory_threshold, 0.0);
    return 1.0 + c->inventory_sensitivity * over * over;
}

static double spread_factor(const pg_risk_gamma_config *c, double percentile)
{
    return percentile < c->tight_percentile  ? c->tight_multiplier
           : percentile > c->wide_percentile ? c->wide_multiplier
                                             : 1.0;
}

/* Whether an input is there; marks it when it is not. */
static bool given(pg_risk_gamma *out, double value, uint32_t bit)
{
    if (isnan(value))
        out->missing |= bit;
    return !isnan(value);
}

pg_kstatus pg_risk_gamma_compute(pg_risk_gamma *out, const pg_risk_gamma_config *c, const pg_risk_gamma_input *in)
{
    *out = (pg_risk_gamma){ 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, NAN, NAN, 0 };
    double inputs[] = { in->sigma_rel,    in->jump_ratio,        in->u,         in->severity,
                        in->hawkes_ratio, in->spread_percentile, in->book_ratio };
    for (int i = 0; i < 7; i++)
        if (isinf(inputs[i]))
            return PG_K_BAD_INPUT;
    if (!(c->gamma_base > 0.0) || !(c->gamma_min >= 0.0) || !(c->gamma_max >= c->gamma_min) ||
        !(c->sigma_baseline > 0.0) || !isfinite(c->gamma_base) || !isfinite(c->gamma_max))
        return PG_K_INVALID_PARAMS;

    if (given(out, in->sigma_rel, PG_MISSING_SIGMA))
        out->m_vol = volatility_factor(c, in->sigma_rel);
    if (given(out, in->jump_ratio, PG_MISSING_JUMP_RATIO))
        out->m_tox = toxicity_factor(c, in->jump_ratio);
    if (given(out, in->u, PG_MISSING_INVENTORY))
        out->m_inv = inventory_factor(c, in->u);
    if (given(out, in->severity, PG_MISSING_SEVERITY))
        out->m_tail = fmin(c->tail_base + c->tail_sensitivity * fmin(in->severity, 1.0), c->max_tail_multiplier);
    if (given(out, in->hawkes_ratio, PG_MISSING_HAWKES))
        out->m_hawkes = fmin(1.0 + c->hawkes_weight * fmax(in->hawkes_ratio - 1.0, 0.0), c->max_hawkes_multiplier);
    if (given(out, in->spread_percentile, PG_MISSING_SPREAD))
        out->m_spread = spread_factor(c, in->spread_percentile);
    if (c->use_book && given(out, in->book_ratio, PG_MISSING_BOOK))
        out->m_book = pg_clamp(sqrt(fmax(in->book_ratio, 0.0)), 1.0, 2.0);
    out->gamma_raw = c->gamma_base * out->m_vol * out->m_tox * out->m_inv * out->m_tail * out->m_hawkes *
                     out->m_spread * out->m_book;
    if (!isfinite(out->gamma_raw))
        return PG_K_INVALID_PARAMS;
    out->gamma = pg_clamp(out->gamma_raw, c->gamma_min, c->gamma_max);
    return PG_K_OK;
}
