#include <math.h>

#include "study/fit.h"

enum { MAX_EVENTS = 50000 };

/* The newest orders of a side (0: both), with times in (0, horizon]; returns how many. */
static size_t select_orders(double *time_s, double *horizon_s, const pg_fit_data *d, double side)
{
    size_t n = 0, first = d->order_s.n;
    while (first > 0 && n < MAX_EVENTS) {
        first--;
        n += side == 0 || d->order_side.v[first] == side;
    }
    double start = n == MAX_EVENTS ? d->order_s.v[first] : 0;
    *horizon_s = d->seconds - start;
    n = 0;
    for (size_t i = first; i < d->order_s.n; i++) {
        double t = d->order_s.v[i] - start;
        if ((side == 0 || d->order_side.v[i] == side) && t > 0 && t <= *horizon_s)
            time_s[n++] = t;
    }
    return pg_hawkes_distinct(time_s, n);
}

static void one_side(pg_fit_table *t, const pg_fit_data *d, const char *name, double side, double *work)
{
    double horizon_s, *time_s = work, *residuals = work + d->order_s.n, ks, p;
    pg_hawkes_fit fit;
    pg_fit_row *row = pg_fit_row_add(t, "hawkes", name, "branching", "1");
    size_t n = select_orders(time_s, &horizon_s, d, side);
    row->n = (int64_t)n;
    row->status = pg_hawkes_estimate(&fit, time_s, n, horizon_s);
    if (!pg_kstatus_usable(row->status))
        return;
    row->estimate.value = fit.branching;
    row->hawkes = fit.params;
    pg_fit_row_extra(row, "mu", "1/s", fit.params.mu, fit.se_mu);
    pg_fit_row_extra(row, "alpha", "1/s", fit.params.alpha, fit.se_alpha);
    pg_fit_row_extra(row, "beta", "1/s", fit.params.beta, fit.se_beta);
    pg_fit_row_extra(row, "loglik", "1", fit.loglik, NAN);
    if (pg_hawkes_residuals(&ks, &p, &fit.params, time_s, n, residuals) == PG_K_OK) {
        row->quality = "ks_p";
        row->quality_value = p;
    }
}

static void hawkes(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s;
    one_side(t, d, "both", 0, work);
    one_side(t, d, "buy", 1, work);
    one_side(t, d, "sell", -1, work);
}

const pg_fit_entry pg_fit_hawkes_methods[] = { { "hawkes", hawkes }, { NULL, NULL } };
