#include "kernels/book_kappa.h"

#include <math.h>

#include "kernels/ols.h"

typedef struct {
    double *x, *y, *w;
    size_t n;
} points;

static pg_kstatus collect(points *p, const double *px, const double *sz, size_t n, double mid,
                          const pg_book_kappa_options *o)
{
    for (size_t i = 0; i < n && (int64_t)i < o->max_levels; i++) {
        if (!isfinite(px[i]) || !(px[i] > 0.0) || !isfinite(sz[i]) || sz[i] < 0.0)
            return PG_K_BAD_INPUT;
        double distance = fabs(px[i] - mid) / mid;
        if (sz[i] == 0.0 || distance <= o->min_distance || distance > o->max_distance)
            continue;
        p->x[p->n] = distance;
        p->y[p->n] = log(sz[i]);
        p->w[p->n++] = 1.0 / (1.0 + 100.0 * distance);
    }
    return PG_K_OK;
}

pg_kstatus pg_book_kappa_fit(pg_book_kappa *out, const double *bid_px, const double *bid_sz, size_t nb,
                             const double *ask_px, const double *ask_sz, size_t na, double mid,
                             const pg_book_kappa_options *options, double *work)
{
    points p = { work, work + nb + na, work + 2 * (nb + na), 0 };
    pg_ols fit;

    *out = (pg_book_kappa){ 0, NAN, NAN, NAN, NAN };
    if (!(mid > 0.0) || !isfinite(mid))
        return PG_K_BAD_INPUT;
    pg_kstatus status = collect(&p, bid_px, bid_sz, nb, mid, options);
    if (status == PG_K_OK)
        status = collect(&p, ask_px, ask_sz, na, mid, options);
    if (status != PG_K_OK)
        return status;
    out->points = (int64_t)p.n;
    if (p.n < 4)
        return PG_K_TOO_FEW_POINTS;
    status = pg_ols_fit(&fit, p.x, p.y, p.w, p.n, PG_CI_STUDENT);
    if (status != PG_K_OK)
        return status;
    out->slope = fit.slope;
    out->r2 = fit.r2;
    if (fit.slope >= 0.0)
        return PG_K_NONPOSITIVE_SLOPE;
    out->kappa_rel = -fit.slope;
    out->se = fit.se_slope;
    return PG_K_OK;
}

size_t pg_book_merge(double *px, double *sz, size_t room, const double *level_px, const double *level_sz, size_t n,
                     double width)
{
    size_t used = 0;

    if (n == 0 || !(width > 0.0))
        return 0;
    double outward = n > 1 && level_px[n - 1] < level_px[0] ? -1.0 : 1.0;
    for (size_t i = 0; i < n; i++) {
        double steps = floor(outward * (level_px[i] - level_px[0]) / width + 1e-9);
        if (!(steps >= 0.0) || steps >= (double)room)
            break;
        for (; used <= (size_t)steps; used++) {
            px[used] = level_px[0] + outward * width * (double)used;
            sz[used] = 0.0;
        }
        sz[(size_t)steps] += level_sz[i];
    }
    return used;
}
