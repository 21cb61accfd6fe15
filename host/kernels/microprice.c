#include "kernels/microprice.h"

#include <math.h>

#include "kernels/ols.h"
#include "kernels/series.h"

enum { REBUILD_EVERY = 1 << 16 };

void pg_microprice_defaults(pg_microprice_options *options)
{
    *options = (pg_microprice_options){ 300, 60000, 50, 1e-3, 1e-3, 1e-4, 0.95 };
}

static void account(pg_microprice *s, const pg_microprice_entry *e, double sign)
{
    s->sb += sign * e->book;
    s->sf += sign * e->flow;
    s->sy += sign * e->y;
    s->sbb += sign * e->book * e->book;
    s->sbf += sign * e->book * e->flow;
    s->sff += sign * e->flow * e->flow;
    s->sby += sign * e->book * e->y;
    s->sfy += sign * e->flow * e->y;
    s->syy += sign * e->y * e->y;
}

static pg_microprice_entry *entry(const pg_microprice *s, int64_t i)
{
    return &s->ring[(s->head + i) % s->capacity];
}

static void drop_oldest(pg_microprice *s)
{
    if (s->done > 0) {
        account(s, entry(s, 0), -1.0);
        s->done--;
        s->n_removed++;
    }
    s->head = s->head + 1 == s->capacity ? 0 : s->head + 1;
    s->count--;
}

static void rebuild(pg_microprice *s)
{
    s->sb = s->sf = s->sy = s->sbb = s->sbf = s->sff = s->sby = s->sfy = s->syy = 0.0;
    for (int64_t i = 0; i < s->done; i++)
        account(s, entry(s, i), 1.0);
    s->n_removed = 0;
}

pg_kstatus pg_microprice_update(pg_microprice *s, int64_t time_ms, double mid, double book, double flow)
{
    if (!isfinite(mid) || !(mid > 0.0) || !isfinite(book) || !isfinite(flow) ||
        (s->count > 0 && time_ms < entry(s, s->count - 1)->time_ms))
        return PG_K_BAD_INPUT;
    if (s->capacity < 2)
        return PG_K_INVALID_PARAMS;
    while (s->done < s->count && time_ms >= entry(s, s->done)->time_ms + s->options.horizon_ms) {
        pg_microprice_entry *e = entry(s, s->done++);
        e->y = (mid - e->mid) / e->mid;
        e->done_ms = time_ms;
        account(s, e, 1.0);
    }
    while (s->done > 0 && entry(s, 0)->done_ms <= time_ms - s->options.window_ms)
        drop_oldest(s);
    if (s->count == s->capacity) {
        drop_oldest(s);
        s->n_overwritten++;
    }
    *entry(s, s->count++) = (pg_microprice_entry){ time_ms, 0, mid, book, flow, 0.0 };
    s->n_updates++;
    if (s->n_removed >= REBUILD_EVERY)
        rebuild(s);
    return PG_K_OK;
}

typedef struct {
    double bb, bf, ff, by, fy, yy;
} centred;

static centred centre(const pg_microprice *s)
{
    double n = (double)s->done;
    return (centred){ s->sbb - s->sb * s->sb / n, s->sbf - s->sb * s->sf / n, s->sff - s->sf * s->sf / n,
                      s->sby - s->sb * s->sy / n, s->sfy - s->sf * s->sy / n, s->syy - s->sy * s->sy / n };
}

/* One regressor I_b + I_f, the same coefficient for both. */
static pg_kstatus solve_sum(pg_microprice_estimate *out, const centred *c, double ridge)
{
    double xx = c->bb + 2.0 * c->bf + c->ff, xy = c->by + c->fy;
    if (!(xx > 0.0))
        return PG_K_DEGENERATE_X;
    double beta = xy / (xx * (1.0 + ridge));
    out->beta_book = out->beta_flow = beta;
    out->r2 = c->yy > 0.0 ? (2.0 * beta * xy - beta * beta * xx) / c->yy : NAN;
    out->gates |= PG_GATE_COLLINEAR;
    return PG_K_OK;
}

static pg_kstatus solve(pg_microprice_estimate *out, const pg_microprice *s)
{
    const pg_microprice_options *o = &s->options;
    centred c = centre(s);
    pg_ridge2 fit;

    out->correlation = c.bb > 0.0 && c.ff > 0.0 ? c.bf / sqrt(c.bb * c.ff) : NAN;
    if (fabs(out->correlation) > o->max_correlation)
        return solve_sum(out, &c, o->ridge);
    pg_kstatus status = pg_ridge2_solve(&fit, c.bb, c.bf, c.ff, c.by, c.fy, c.yy, o->ridge);
    out->beta_book = fit.beta1;
    out->beta_flow = fit.beta2;
    out->r2 = fit.r2;
    return status;
}

pg_kstatus pg_microprice_read(pg_microprice_estimate *out, const pg_microprice *s)
{
    const pg_microprice_options *o = &s->options;

    *out = (pg_microprice_estimate){ s->done, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0 };
    if (s->count == 0)
        return PG_K_WARMUP;
    const pg_microprice_entry *last = entry(s, s->count - 1);
    out->microprice = last->mid;
    if (s->done < o->min_observations || s->done < 3)
        return PG_K_WARMUP;
    pg_kstatus status = solve(out, s);
    if (status != PG_K_OK)
        return status;
    out->adjustment = out->beta_book * last->book + out->beta_flow * last->flow;
    out->adjustment_clamped = pg_clamp(out->adjustment, -o->max_adjustment, o->max_adjustment);
    if (!(out->r2 >= o->min_r2))
        return PG_K_WEAK_SIGNAL;
    out->microprice = last->mid * (1.0 + out->adjustment_clamped);
    return PG_K_OK;
}
