#include "kernels/pnl.h"

#include <math.h>
#include <stdbool.h>

static bool price_ok(double price)
{
    return isfinite(price) && price > 0.0;
}

pg_kstatus pg_pnl_mid(pg_pnl *pnl, double mid)
{
    if (!price_ok(mid))
        return PG_K_BAD_INPUT;
    if (pnl->last_mid > 0.0)
        pnl->inventory += pnl->position * (mid - pnl->last_mid);
    pnl->last_mid = mid;
    return PG_K_OK;
}

static void move_position(pg_pnl *p, int side, double price, double size)
{
    double held = fabs(p->position);

    if (p->position == 0.0 || (p->position > 0.0) == (side > 0)) {
        p->cost = (held * p->cost + size * price) / (held + size);
        p->position += side * size;
        return;
    }
    double closed = fmin(size, held);
    p->realised += closed * (price - p->cost) * (p->position > 0.0 ? 1.0 : -1.0);
    p->position += side * size;
    if (fabs(p->position) < 1e-12)
        p->position = p->cost = 0.0;
    else if (size > closed)
        p->cost = price;
}

pg_kstatus pg_pnl_fill(pg_pnl *pnl, int side, double price, double size, double fee, double mid)
{
    if (!price_ok(price) || !price_ok(mid) || !price_ok(size) || !isfinite(fee) || (side != 1 && side != -1))
        return PG_K_BAD_INPUT;
    pg_pnl_mid(pnl, mid);
    move_position(pnl, side, price, size);
    pnl->spread_capture += side * (mid - price) * size;
    pnl->fees += fee;
    pnl->cash += -side * price * size - fee;
    pnl->turnover += price * size;
    pnl->n_fills++;
    return PG_K_OK;
}

pg_kstatus pg_pnl_funding(pg_pnl *pnl, double received)
{
    if (!isfinite(received))
        return PG_K_BAD_INPUT;
    pnl->funding += received;
    pnl->cash += received;
    return PG_K_OK;
}

double pg_pnl_unrealised(const pg_pnl *pnl, double mark)
{
    return pnl->position == 0.0 ? 0.0 : pnl->position * (mark - pnl->cost);
}

double pg_pnl_net(const pg_pnl *pnl, double mark)
{
    return pnl->realised + pg_pnl_unrealised(pnl, mark) - pnl->fees + pnl->funding;
}

double pg_pnl_gap(const pg_pnl *pnl, double mark)
{
    return pg_pnl_net(pnl, mark) - (pnl->cash + (pnl->position == 0.0 ? 0.0 : pnl->position * mark));
}

/* Number of marks at or before a time. */
static size_t marks_until(const int64_t *mark_ms, size_t n, int64_t time_ms)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (mark_ms[middle] > time_ms)
            hi = middle;
        else
            lo = middle + 1;
    }
    return lo;
}

pg_kstatus pg_adverse_compute(pg_adverse *out, const int64_t *fill_ms, const int8_t *side, const double *fill_mid,
                              const double *size, size_t n_fills, const int64_t *mark_ms, const double *mark,
                              size_t n_marks, int64_t horizon_ms)
{
    *out = (pg_adverse){ 0.0, 0, 0 };
    for (size_t i = 0; i < n_marks; i++)
        if (!price_ok(mark[i]) || (i > 0 && mark_ms[i] < mark_ms[i - 1]))
            return PG_K_BAD_INPUT;
    for (size_t i = 0; i < n_fills; i++) {
        if (!price_ok(fill_mid[i]) || !isfinite(size[i]))
            return PG_K_BAD_INPUT;
        int64_t due = fill_ms[i] + horizon_ms;
        if (n_marks == 0 || due > mark_ms[n_marks - 1] || due < mark_ms[0]) {
            out->unresolved++;
            continue;
        }
        double later = mark[marks_until(mark_ms, n_marks, due) - 1];
        out->cost -= side[i] * (later - fill_mid[i]) * size[i];
        out->resolved++;
    }
    return PG_K_OK;
}
