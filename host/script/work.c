#include "script/work.h"

#include <math.h>

static pg_kstatus fit_hawkes(pg_work_hawkes *w)
{
    w->ks = w->p_value = NAN;
    pg_kstatus status = pg_hawkes_estimate(&w->fit, w->time_s, w->n, w->horizon_s);
    if (pg_kstatus_usable(status))
        pg_hawkes_residuals(&w->ks, &w->p_value, &w->fit.params, w->time_s, w->n, w->scratch);
    return status;
}

static pg_kstatus fit_side(pg_work_virtual *w, int side)
{
    pg_virtual_level *level = w->level[side];
    for (size_t i = 0; i < w->levels; i++)
        level[i] = (pg_virtual_level){ .distance = w->grid[i] };
    pg_kstatus status = pg_virtual_run(level, w->levels, &w->trades, side ? 1 : -1, w->start_s, w->mid, w->starts,
                                       w->queue[side], &w->options, w->scratch);
    if (status != PG_K_OK)
        return status;
    return pg_virtual_estimate(&w->fit[side], level, w->levels, PG_RATE_CENSORED, true, w->min_fills,
                               w->options.lifetime_s, w->scratch);
}

static pg_kstatus fit_virtual(pg_work_virtual *w)
{
    for (int side = 0; side < 2; side++)
        w->status[side] = fit_side(w, side);
    return pg_kstatus_usable(w->status[0]) ? w->status[1] : w->status[0];
}

void pg_work_run(pg_work *work)
{
    switch (work->kind) {
    case PG_WORK_GARCH: {
        pg_work_garch *g = &work->garch;
        work->status = pg_garch_fit_run(&g->fit, g->returns, g->n, &g->options, g->scratch);
        return;
    }
    case PG_WORK_HAWKES: work->status = fit_hawkes(&work->hawkes); return;
    case PG_WORK_VIRTUAL: work->status = fit_virtual(&work->quoting); return;
    }
    work->status = PG_K_INVALID_PARAMS;
}
