#include "kernels/quote_glft.h"

#include <math.h>

#include "kernels/quote_as.h"
#include "kernels/series.h"
#include "kernels/tridiagonal.h"

/* (1+x)^(1+1/x), e in the limit. */
static double execution_power(double x)
{
    return x < 1e-12 ? M_E : exp((1.0 + 1.0 / x) * log1p(x));
}

static double risk_coefficient(const pg_glft_input *in, double a, double kappa)
{
    return sqrt(in->gamma_px / (2.0 * a * in->lot * kappa) * execution_power(in->xi * in->lot / kappa));
}

pg_kstatus pg_glft_quote_compute(pg_glft_quote *out, const pg_glft_input *in)
{
    *out = (pg_glft_quote){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    double values[] = { in->ref,   in->q,     in->sigma_px,  in->gamma_px,
                        in->a_bid, in->a_ask, in->kappa_bid, in->kappa_ask,
                        in->lot,   in->xi,    in->fee_px,    in->adj_spread + in->adj_skew };
    if (pg_series_first_bad(values, 12) < 12 || !(in->ref > 0.0))
        return PG_K_BAD_INPUT;
    if (!(in->kappa_bid > 0.0) || !(in->kappa_ask > 0.0) || !(in->a_bid > 0.0) || !(in->a_ask > 0.0) ||
        !(in->lot > 0.0) || in->gamma_px < 0.0 || in->xi < 0.0 || in->sigma_px < 0.0)
        return PG_K_INVALID_PARAMS;

    bool equal = in->kappa_bid == in->kappa_ask && in->a_bid == in->a_ask; /* the usual case, at half the price */
    out->c1_bid = pg_as_intensity_term(in->xi * in->lot, in->kappa_bid);
    out->c1_ask = equal ? out->c1_bid : pg_as_intensity_term(in->xi * in->lot, in->kappa_ask);
    out->c2_bid = risk_coefficient(in, in->a_bid, in->kappa_bid);
    out->c2_ask = equal ? out->c2_bid : risk_coefficient(in, in->a_ask, in->kappa_ask);
    out->skew_bid = in->sigma_px * out->c2_bid * in->adj_skew;
    out->skew_ask = in->sigma_px * out->c2_ask * in->adj_skew;
    out->half_bid = in->adj_spread * (out->c1_bid + in->sigma_px * out->c2_bid * 0.5 * in->lot);
    out->half_ask = in->adj_spread * (out->c1_ask + in->sigma_px * out->c2_ask * 0.5 * in->lot);
    out->delta_bid = out->half_bid + out->skew_bid * in->q + in->fee_px;
    out->delta_ask = out->half_ask - out->skew_ask * in->q + in->fee_px;
    out->bid = in->ref - out->delta_bid;
    out->ask = in->ref + out->delta_ask;
    if (!isfinite(out->bid) || !isfinite(out->ask)) {
        *out = (pg_glft_quote){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
        return PG_K_INVALID_PARAMS;
    }
    return PG_K_OK;
}

/* The linear system of section 3 with gamma lot in the place of gamma: diagonal and off-diagonal of M. */
typedef struct {
    double risk, drift, eta, base; /* alpha, kappa m, eta, ln(1+g/kappa)/g */
} system_terms;

static pg_kstatus make_terms(system_terms *t, const pg_glft_model *m)
{
    double values[] = { m->sigma_px, m->gamma_px, m->a, m->kappa, m->lot, m->drift };
    if (pg_series_first_bad(values, 6) < 6)
        return PG_K_BAD_INPUT;
    if (!(m->kappa > 0.0) || !(m->a > 0.0) || !(m->lot > 0.0) || !(m->gamma_px > 0.0) || m->sigma_px < 0.0 ||
        m->q_lots < 1 || m->q_lots > 100000)
        return PG_K_INVALID_PARAMS;
    double g = m->gamma_px * m->lot;
    t->risk = 0.5 * m->kappa * g * m->sigma_px * m->sigma_px;
    t->drift = m->kappa * m->drift;
    t->eta = m->a * exp(-(1.0 + m->kappa / g) * log1p(g / m->kappa));
    t->base = pg_as_intensity_term(g, m->kappa);
    return t->eta > 0.0 ? PG_K_OK : PG_K_INVALID_PARAMS;
}

static double diagonal_at(const system_terms *t, double q)
{
    return t->risk * q * q - t->drift * q;
}

pg_kstatus pg_glft_stationary(double *delta_bid, double *delta_ask, double *eigenvalue, const pg_glft_model *m,
                              double *work)
{
    system_terms t;
    *eigenvalue = NAN;
    pg_kstatus status = make_terms(&t, m);
    if (status != PG_K_OK)
        return status;

    int64_t top = m->q_lots;
    for (int64_t q = -top; q <= top; q++)
        work[q + top] = diagonal_at(&t, (double)q);
    double e0 = pg_tridiagonal_smallest(work, t.eta, (size_t)(2 * top + 1));
    *eigenvalue = e0;

    /* rho = f_{q-1}/f_q from Q downward gives the ratios for q > 0; from -Q upward those for q < 0. */
    delta_bid[2 * top] = delta_ask[0] = NAN;
    double rho = INFINITY;
    for (int64_t q = top; q >= 1; q--) {
        rho = (work[q + top] - e0) / t.eta - 1.0 / rho;
        double log_ratio = log(rho);
        delta_ask[q + top] = -log_ratio / m->kappa + t.base;
        delta_bid[q - 1 + top] = log_ratio / m->kappa + t.base;
    }
    rho = INFINITY;
    for (int64_t q = -top; q <= -1; q++) {
        rho = (work[q + top] - e0) / t.eta - 1.0 / rho;
        double log_ratio = log(rho);
        delta_bid[q + top] = -log_ratio / m->kappa + t.base;
        delta_ask[q + 1 + top] = log_ratio / m->kappa + t.base;
    }
    for (int64_t i = 0; i <= 2 * top; i++)
        if ((i < 2 * top && !isfinite(delta_bid[i])) || (i > 0 && !isfinite(delta_ask[i])))
            return PG_K_NOT_CONVERGED;
    return PG_K_OK;
}

size_t pg_inventory_work(int64_t q_lots)
{
    size_t n = 2 * (size_t)q_lots + 1;
    return 3 * n * n + 4 * n;
}

pg_kstatus pg_glft_finite(double *delta_bid, double *delta_ask, const pg_glft_model *m, double horizon_s, double *work)
{
    system_terms t;
    pg_kstatus status = make_terms(&t, m);
    if (status != PG_K_OK)
        return status;
    if (!(horizon_s >= 0.0) || !isfinite(horizon_s))
        return PG_K_INVALID_PARAMS;

    size_t n = 2 * (size_t)m->q_lots + 1;
    double *diagonal = work, *off = work + n, *v = work + 2 * n, log_scale;
    for (size_t i = 0; i < n; i++) {
        diagonal[i] = -diagonal_at(&t, (double)i - (double)m->q_lots);
        off[i] = t.eta;
        v[i] = 1.0;
    }
    status = pg_tridiagonal_exp(v, &log_scale, off, diagonal, off, n, horizon_s, work + 4 * n);
    if (status != PG_K_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        delta_bid[i] = i + 1 < n ? log(v[i] / v[i + 1]) / m->kappa + t.base : NAN;
        delta_ask[i] = i > 0 ? log(v[i] / v[i - 1]) / m->kappa + t.base : NAN;
        if (!(v[i] > 0.0))
            return PG_K_NOT_CONVERGED;
    }
    return PG_K_OK;
}

double pg_inventory_lookup(const double *table, int64_t q_lots, double q)
{
    double position = q + (double)q_lots;
    if (!(position >= 0.0 && position <= 2.0 * (double)q_lots))
        return NAN;
    size_t below = (size_t)position;
    double part = position - (double)below;
    return part == 0.0 ? table[below] : table[below] + part * (table[below + 1] - table[below]);
}

pg_kstatus pg_glft_seed003(pg_glft_seed_quote *out, const pg_glft_seed_input *in)
{
    *out = (pg_glft_seed_quote){ NAN, NAN, NAN, NAN, NAN };
    double values[] = { in->microprice,  in->q,         in->q_max,        in->sigma_rel,
                        in->gamma_rel,   in->kappa_rel, in->arrival_rate, in->max_holding_s,
                        in->min_half_rel };
    if (pg_series_first_bad(values, 9) < 9 || !(in->microprice > 0.0))
        return PG_K_BAD_INPUT;
    if (!(in->kappa_rel > 0.0) || !(in->q_max > 0.0) || in->gamma_rel < 0.0 || in->sigma_rel < 0.0 ||
        in->arrival_rate < 0.0)
        return PG_K_INVALID_PARAMS;
    double u = pg_clamp(in->q / in->q_max, -1.0, 1.0);
    out->horizon_s = fmin(1.0 / fmax(in->arrival_rate, 1e-9), in->max_holding_s);
    out->half_rel = fmax(pg_as_intensity_term(in->gamma_rel, in->kappa_rel), in->min_half_rel);
    out->skew_rel = u * in->gamma_rel * in->sigma_rel * in->sigma_rel * out->horizon_s;
    out->bid = in->microprice * (1.0 - out->half_rel - out->skew_rel);
    out->ask = in->microprice * (1.0 + out->half_rel - out->skew_rel);
    return PG_K_OK;
}
