#include "kernels/quote_cartea.h"

#include <math.h>

#include "kernels/series.h"
#include "kernels/tridiagonal.h"

static pg_kstatus check(const pg_cartea_model *m)
{
    double values[] = { m->lambda_buy, m->lambda_sell, m->kappa_ask, m->kappa_bid, m->eps_buy,
                        m->eps_sell,   m->phi,         m->alpha,     m->horizon_s };
    if (pg_series_first_bad(values, 9) < 9)
        return PG_K_BAD_INPUT;
    if (!(m->kappa_ask > 0.0) || !(m->kappa_bid > 0.0) || m->lambda_buy < 0.0 || m->lambda_sell < 0.0 || m->phi < 0.0 ||
        m->alpha < 0.0 || m->horizon_s < 0.0 || m->q_lots < 1 || m->q_lots > 5000)
        return PG_K_INVALID_PARAMS;
    return PG_K_OK;
}

/* Distances from the value function; h is made relative to q = 0. */
static pg_kstatus distances(double *h, double *delta_bid, double *delta_ask, const pg_cartea_model *m)
{
    size_t n = 2 * (size_t)m->q_lots + 1;
    double zero = h[m->q_lots];

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(h[i]))
            return PG_K_NOT_CONVERGED;
        h[i] -= zero;
    }
    for (size_t i = 0; i < n; i++) {
        delta_ask[i] = i > 0 ? 1.0 / m->kappa_ask + m->eps_buy - (h[i - 1] - h[i]) : NAN;
        delta_bid[i] = i + 1 < n ? 1.0 / m->kappa_bid + m->eps_sell - (h[i + 1] - h[i]) : NAN;
    }
    return PG_K_OK;
}

/* Running reward of holding q lots: drift from the impact of market orders less the penalty. */
static double holding(const pg_cartea_model *m, double q)
{
    return q * (m->lambda_buy * m->eps_buy - m->lambda_sell * m->eps_sell) - m->phi * q * q;
}

pg_kstatus pg_cartea_exact(double *h, double *delta_bid, double *delta_ask, const pg_cartea_model *m, double *work)
{
    pg_kstatus status = check(m);
    if (status != PG_K_OK)
        return status;
    if (m->kappa_ask != m->kappa_bid)
        return PG_K_INVALID_PARAMS;

    size_t n = 2 * (size_t)m->q_lots + 1;
    double kappa = m->kappa_ask, *lower = work, *diagonal = work + n, *upper = work + 2 * n, *v = work + 3 * n, scale;
    for (size_t i = 0; i < n; i++) {
        double q = (double)i - (double)m->q_lots;
        diagonal[i] = kappa * holding(m, q);
        lower[i] = m->lambda_buy * exp(-1.0 - kappa * m->eps_buy);
        upper[i] = m->lambda_sell * exp(-1.0 - kappa * m->eps_sell);
        v[i] = exp(-m->alpha * kappa * q * q);
    }
    status = pg_tridiagonal_exp(v, &scale, lower, diagonal, upper, n, m->horizon_s, work + 4 * n);
    if (status != PG_K_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        h[i] = v[i] > 0.0 ? log(v[i]) / kappa : -INFINITY;
    return distances(h, delta_bid, delta_ask, m);
}

/* One implicit step of length dt backward: solves h - dt F(h) = before by Newton from h = before. */
static pg_kstatus implicit_step(double *h, const double *before, const pg_cartea_model *m, double dt, double *work)
{
    size_t n = 2 * (size_t)m->q_lots + 1;
    double *lower = work, *diagonal = work + n, *upper = work + 2 * n, *x = work + 3 * n, *spare = work + 4 * n;

    for (int newton = 0; newton < 50; newton++) {
        double largest = 0.0, scale = 0.0;
        for (size_t i = 0; i < n; i++) {
            double q = (double)i - (double)m->q_lots, ask = 0.0, bid = 0.0;
            if (i > 0)
                ask = m->lambda_buy * exp(-1.0 - m->kappa_ask * m->eps_buy + m->kappa_ask * (h[i - 1] - h[i]));
            if (i + 1 < n)
                bid = m->lambda_sell * exp(-1.0 - m->kappa_bid * m->eps_sell + m->kappa_bid * (h[i + 1] - h[i]));
            lower[i] = -dt * ask;
            upper[i] = -dt * bid;
            diagonal[i] = 1.0 + dt * (ask + bid);
            x[i] = before[i] + dt * (holding(m, q) + ask / m->kappa_ask + bid / m->kappa_bid) - h[i];
        }
        if (pg_tridiagonal_solve(x, lower, diagonal, upper, n, spare) != PG_K_OK)
            return PG_K_NOT_CONVERGED;
        for (size_t i = 0; i < n; i++) {
            h[i] += x[i];
            largest = fmax(largest, fabs(x[i]));
            scale = fmax(scale, fabs(h[i]));
        }
        if (!isfinite(largest))
            return PG_K_NOT_CONVERGED;
        if (largest <= 1e-12 * fmax(scale, 1e-300))
            return PG_K_OK;
    }
    return PG_K_NOT_CONVERGED;
}

pg_kstatus pg_cartea_implicit(double *h, double *delta_bid, double *delta_ask, const pg_cartea_model *m, int64_t steps,
                              double *work)
{
    pg_kstatus status = check(m);
    if (status != PG_K_OK)
        return status;
    if (steps < 1)
        return PG_K_INVALID_PARAMS;
    size_t n = 2 * (size_t)m->q_lots + 1;
    double *before = work + 5 * n, dt = m->horizon_s / (double)steps;
    for (size_t i = 0; i < n; i++) {
        double q = (double)i - (double)m->q_lots;
        h[i] = -m->alpha * q * q;
    }
    for (int64_t k = 0; k < steps; k++) {
        for (size_t i = 0; i < n; i++)
            before[i] = h[i];
        status = implicit_step(h, before, m, dt, work);
        if (status != PG_K_OK)
            return status;
    }
    return distances(h, delta_bid, delta_ask, m);
}
