/* Work that would stall the loop: model fits as pure functions on copied arrays, so that a worker thread may run them.
 *
 * Lua (lua/perigee/kernels) fills a pg_work and owns every array in it; pg_work_run reads and writes nothing else. In a
 * backtest lua/perigee/work.lua calls it and delays its result; the live loop gives it to its pool.
 *
 * This header is also handed to LuaJIT's ffi.cdef: plain declarations only. */
#ifndef PG_SCRIPT_WORK_H
#define PG_SCRIPT_WORK_H

#include "kernels/garch_fit.h"
#include "kernels/hawkes.h"
#include "kernels/virtual_quoting.h"

typedef enum { PG_WORK_GARCH = 1, PG_WORK_HAWKES = 2, PG_WORK_VIRTUAL = 3 } pg_work_kind;

typedef struct {
    const double *returns;
    size_t n;
    double *scratch; /* n */
    pg_garch_options options;
    pg_garch_fit fit;
} pg_work_garch;

typedef struct {
    const double *time_s; /* in (0, horizon_s] */
    size_t n;
    double horizon_s;
    double *scratch; /* n */
    pg_hawkes_fit fit;
    double ks, p_value; /* of the residuals; NaN where there is no fit */
} pg_work_hawkes;

/* Sides: 0 bids, 1 asks. */
typedef struct {
    pg_virtual_trades trades;
    const double *start_s, *mid;
    size_t starts;
    const double *grid; /* distances, levels of them */
    size_t levels;
    const double *queue[2]; /* [starts x levels] displayed sizes; NULL: options.queue everywhere */
    pg_virtual_options options;
    int64_t min_fills;
    pg_virtual_level *level[2]; /* levels each, written */
    double *scratch;            /* 3 * levels */
    pg_kstatus status[2];
    pg_virtual_fit fit[2];
} pg_work_virtual;

typedef struct {
    pg_work_kind kind;
    pg_kstatus status; /* of the fit; of virtual quoting the worse side's */
    union {
        pg_work_garch garch;
        pg_work_hawkes hawkes;
        pg_work_virtual quoting;
    };
} pg_work;

/* Runs the fit and sets its status: that of the kernel, invalid_params for an unknown kind. Allocates nothing. */
void pg_work_run(pg_work *work);

#endif
