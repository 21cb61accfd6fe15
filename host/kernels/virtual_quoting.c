#include "kernels/virtual_quoting.h"

#include <math.h>

#include "kernels/ols.h"
#include "kernels/series.h"

pg_kstatus pg_virtual_grid(double *grid, size_t n, double mid, double tick, double lo_ticks, double hi_fraction,
                           bool log_spacing)
{
    double lo = lo_ticks * tick, hi = hi_fraction * mid;

    if (n < 2 || !(lo > 0.0) || !(hi > lo) || !isfinite(hi))
        return PG_K_BAD_INPUT;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / (double)(n - 1);
        grid[i] = log_spacing ? lo * pow(hi / lo, t) : lo + (hi - lo) * t;
    }
    return PG_K_OK;
}

static pg_kstatus check_trades(const pg_virtual_trades *t)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!isfinite(t->time_s[i]) || !isfinite(t->price[i]) || t->price[i] <= 0.0 || !isfinite(t->size[i]) ||
            t->size[i] < 0.0 || (t->side[i] != 1 && t->side[i] != -1))
            return PG_K_BAD_INPUT;
        if (i > 0 && t->time_s[i] < t->time_s[i - 1])
            return PG_K_BAD_INPUT;
    }
    return PG_K_OK;
}

/* Index of the first trade strictly after a time. */
static size_t first_after(const pg_virtual_trades *t, double time_s)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (t->time_s[middle] > time_s)
            hi = middle;
        else
            lo = middle + 1;
    }
    return lo;
}

/* The price of our order: away from the mid by `distance`, rounded outward to the tick. */
static double order_price(double mid, double distance, int side, double tick)
{
    double price = mid + side * distance;
    if (!(tick > 0.0))
        return price;
    return side > 0 ? ceil(price / tick - 1e-9) * tick : floor(price / tick + 1e-9) * tick;
}

/* One start: walks the trades of the lifetime once. remaining[k] < 0 marks a filled level. Distances increase, so a
 * trade that does not reach one level reaches none behind it. */
static void run_start(pg_virtual_level *levels, size_t n, const pg_virtual_trades *trades, int side, double start_s,
                      double lifetime_s, const double *price, double *remaining)
{
    size_t open = n;

    for (size_t i = first_after(trades, start_s); i < trades->n && open > 0; i++) {
        double elapsed = trades->time_s[i] - start_s;
        if (trades->time_s[i] > start_s + lifetime_s)
            break;
        if (trades->side[i] != side)
            continue;
        for (size_t k = 0; k < n && side * (trades->price[i] - price[k]) >= 0.0; k++) {
            if (remaining[k] < 0.0)
                continue;
            remaining[k] -= trades->size[i];
            if (remaining[k] > 1e-12)
                continue;
            remaining[k] = -1.0;
            levels[k].fills++;
            levels[k].fill_time_s += elapsed;
            levels[k].exposure_s += elapsed;
            open--;
        }
    }
    for (size_t k = 0; k < n; k++)
        if (remaining[k] >= 0.0) {
            levels[k].censored++;
            levels[k].exposure_s += lifetime_s;
        }
}

pg_kstatus pg_virtual_run(pg_virtual_level *levels, size_t n_levels, const pg_virtual_trades *trades, int side,
                          const double *start_s, const double *mid, size_t n_starts, const double *queue_ahead,
                          const pg_virtual_options *options, double *work)
{
    double *price = work, *remaining = work + n_levels;

    if ((side != 1 && side != -1) || !(options->lifetime_s > 0.0) || !isfinite(options->lifetime_s) ||
        !(options->queue >= 0.0) || !(options->own_size >= 0.0))
        return PG_K_INVALID_PARAMS;
    pg_kstatus status = check_trades(trades);
    if (status != PG_K_OK)
        return status;
    for (size_t k = 0; k < n_levels; k++)
        if (!isfinite(levels[k].distance) || (k > 0 && levels[k].distance <= levels[k - 1].distance))
            return PG_K_BAD_INPUT;
    for (size_t s = 0; s < n_starts; s++) {
        if (!isfinite(start_s[s]) || !isfinite(mid[s]) || mid[s] <= 0.0)
            return PG_K_BAD_INPUT;
        for (size_t k = 0; k < n_levels; k++) {
            double queue = queue_ahead ? queue_ahead[s * n_levels + k] : options->queue;
            if (!isfinite(queue) || queue < 0.0)
                return PG_K_BAD_INPUT;
            price[k] = order_price(mid[s], levels[k].distance, side, options->tick);
            remaining[k] = queue + options->own_size;
        }
        run_start(levels, n_levels, trades, side, start_s[s], options->lifetime_s, price, remaining);
    }
    return PG_K_OK;
}

double pg_virtual_lambda(const pg_virtual_level *level, pg_virtual_rate rate, double lifetime_s)
{
    double fills = (double)level->fills;
    if (level->fills == 0)
        return NAN;
    switch (rate) {
    case PG_RATE_MEAN_ARRIVAL: return fills / level->fill_time_s;
    case PG_RATE_FULL_LIFETIME: return fills / ((double)(level->fills + level->censored) * lifetime_s);
    default: return fills / level->exposure_s;
    }
}

pg_kstatus pg_virtual_estimate(pg_virtual_fit *out, const pg_virtual_level *levels, size_t n_levels,
                               pg_virtual_rate rate, bool weighted, int64_t min_fills, double lifetime_s, double *work)
{
    double *x = work, *y = work + n_levels, *w = work + 2 * n_levels;
    size_t used = 0;
    pg_ols fit;

    *out = (pg_virtual_fit){ 0, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    for (size_t k = 0; k < n_levels; k++) {
        if (levels[k].fills < (min_fills > 1 ? min_fills : 1))
            continue;
        x[used] = levels[k].distance;
        y[used] = log(pg_virtual_lambda(&levels[k], rate, lifetime_s));
        w[used++] = (double)levels[k].fills;
    }
    out->levels_used = (int64_t)used;
    out->levels_excluded = (int64_t)(n_levels - used);
    pg_kstatus status = pg_ols_fit(&fit, x, y, weighted ? w : NULL, used, PG_CI_STUDENT);
    if (status != PG_K_OK)
        return status;
    if (fit.slope >= 0.0)
        return PG_K_NONPOSITIVE_SLOPE;
    out->kappa = -fit.slope;
    out->se_kappa = fit.se_slope;
    out->kappa_lo = -fit.slope_hi;
    out->kappa_hi = -fit.slope_lo;
    out->a = exp(fit.intercept);
    out->a_lo = exp(fit.intercept_lo);
    out->a_hi = exp(fit.intercept_hi);
    out->r2 = fit.r2;
    return PG_K_OK;
}
