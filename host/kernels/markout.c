#include "kernels/markout.h"

#include <math.h>

#include "kernels/series.h"

enum { MIN_BUCKET = 10, MAX_NEWTON = 100 };

static bool usable(const pg_markout *s)
{
    return s->capacity > 0 && s->horizon_s > 0.0 && s->timeout_s >= 0.0 && s->alpha > 0.0 && s->alpha <= 1.0;
}

static void resolve(pg_markout *s, const pg_markout_fill *fill, double later)
{
    pg_markout_side *side = fill->side > 0 ? &s->buys : &s->sells;
    double as = -fill->side * (later - fill->mid) / fill->mid;
    pg_welford w = { side->n, side->mean, side->m2 };

    side->ewma = side->n == 0 ? as : s->alpha * as + (1.0 - s->alpha) * side->ewma;
    pg_welford_add(&w, as);
    side->n = w.n;
    side->mean = w.mean;
    side->m2 = w.m2;
}

static void pop(pg_markout *s)
{
    s->head = s->head + 1 == s->capacity ? 0 : s->head + 1;
    s->count--;
}

pg_kstatus pg_markout_fill_add(pg_markout *s, double time_s, int side, double mid)
{
    if (!isfinite(time_s) || !isfinite(mid) || !(mid > 0.0) || (side != 1 && side != -1))
        return PG_K_BAD_INPUT;
    if (!usable(s))
        return PG_K_INVALID_PARAMS;
    if (s->count > 0 && time_s < s->ring[(s->head + s->count - 1) % s->capacity].time_s)
        return PG_K_BAD_INPUT;
    if (s->count == s->capacity) {
        pop(s);
        s->n_dropped++;
    }
    s->ring[(s->head + s->count++) % s->capacity] = (pg_markout_fill){ time_s, mid, side };
    return PG_K_OK;
}

pg_kstatus pg_markout_mid(pg_markout *s, double time_s, double mid)
{
    if (!isfinite(time_s) || !isfinite(mid) || !(mid > 0.0) || (s->last_mid > 0.0 && time_s < s->last_s))
        return PG_K_BAD_INPUT;
    if (!usable(s))
        return PG_K_INVALID_PARAMS;
    while (s->count > 0) {
        const pg_markout_fill *fill = &s->ring[s->head];
        double due = fill->time_s + s->horizon_s;
        if (time_s <= due)
            break;
        if (time_s > due + s->timeout_s) {
            s->n_dropped++;
        } else {
            /* Without an update since the fill, the fill's own mid is the last one. */
            bool newer = s->last_mid > 0.0 && s->last_s >= fill->time_s;
            resolve(s, fill, newer ? s->last_mid : fill->mid);
        }
        pop(s);
    }
    s->last_mid = mid;
    s->last_s = time_s;
    return PG_K_OK;
}

pg_kstatus pg_markout_read(pg_markout_estimate *out, const pg_markout *s, int side)
{
    const pg_markout_side *from = side > 0 ? &s->buys : &s->sells;
    pg_welford w = { from->n, from->mean, from->m2 };
    bool ready = from->n >= s->min_n && from->n > 0;

    *out = (pg_markout_estimate){ from->n, NAN, NAN, NAN, 0.0 };
    if (from->n > 0) {
        out->ewma = from->ewma;
        out->mean = from->mean;
        out->se = sqrt(pg_welford_variance(&w) / (double)from->n);
    }
    if (ready)
        out->adjustment = fmax(0.0, from->ewma);
    return ready ? PG_K_OK : PG_K_WARMUP;
}

double pg_markout_informed(const double *as, size_t n, double sigma_rel, double horizon_s)
{
    const double uninformed = 0.3085;
    double limit = 0.5 * sigma_rel * sqrt(horizon_s), above = 0.0;

    if (n == 0 || !isfinite(limit))
        return NAN;
    for (size_t i = 0; i < n; i++)
        above += as[i] > limit;
    return fmax(0.0, (above / (double)n - uninformed) / (1.0 - uninformed));
}

double pg_depth_decay_at(double as0, double d_char, double depth)
{
    return as0 * exp(-depth / d_char);
}

/* d - AS(d) - fee rises in d and is concave: Newton from the left end converges without a bracket. */
static double break_even(double as0, double d_char, double fee)
{
    double d = fee;
    for (int i = 0; i < MAX_NEWTON; i++) {
        double as = pg_depth_decay_at(as0, d_char, d), next = d - (d - as - fee) / (1.0 + as / d_char);
        if (fabs(next - d) <= 1e-15 * fabs(next))
            return next;
        d = next;
    }
    return d;
}

pg_kstatus pg_depth_decay_fit(pg_depth_decay *out, const double *depth_bps, const double *mean_as_bps,
                              const double *count, size_t n, double fee_bps)
{
    double sw = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0;

    *out = (pg_depth_decay){ NAN, NAN, NAN, NAN, 0 };
    if (pg_series_first_bad(depth_bps, n) < n || pg_series_first_bad(mean_as_bps, n) < n ||
        pg_series_first_bad(count, n) < n || !isfinite(fee_bps))
        return PG_K_BAD_INPUT;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            if (!(mean_as_bps[i] > 0.0) || count[i] < MIN_BUCKET)
                continue;
            double w = count[i], x = depth_bps[i], y = log(mean_as_bps[i]);
            if (pass == 0) {
                sw += w;
                sx += w * x;
                sy += w * y;
                out->buckets_used++;
            } else {
                double dx = x - sx / sw, dy = y - sy / sw;
                sxx += w * dx * dx;
                sxy += w * dx * dy;
                syy += w * dy * dy;
            }
        }
    if (out->buckets_used < 2)
        return PG_K_TOO_FEW_POINTS;
    if (!(sxx > 0.0))
        return PG_K_DEGENERATE_X;
    double slope = sxy / sxx;
    if (slope >= 0.0)
        return PG_K_NONPOSITIVE_SLOPE;
    out->as0 = exp(sy / sw - slope * sx / sw);
    out->d_char = -1.0 / slope;
    out->r2 = slope * sxy / syy;
    out->break_even = break_even(out->as0, out->d_char, fee_bps);
    bool good = out->as0 > 0.1 && out->as0 < 50.0 && out->d_char > 1.0 && out->d_char < 100.0 && out->r2 > 0.3;
    return good ? PG_K_OK : PG_K_LOW_QUALITY;
}
