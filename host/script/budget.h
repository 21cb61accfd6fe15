/* A script's time: how long one callback may take.
 *
 * The probes in a script (probe.h) call pg_budget_probe. The clock is the thread's CPU time, read every
 * PG_BUDGET_STRIDE probes, so that a probe costs a nanosecond and a busy machine stops no innocent script.
 *
 * This header is also handed to LuaJIT's ffi.cdef: plain declarations only. */
#ifndef PG_SCRIPT_BUDGET_H
#define PG_SCRIPT_BUDGET_H

#include <stdint.h>

enum { PG_BUDGET_STRIDE = 512 };

typedef struct {
    int32_t countdown; /* probes until the clock is read */
    int32_t running;   /* 0: the callback's clock has not been read yet */
    int64_t limit_ns;
    int64_t started_ns; /* CPU time at the first reading */
    int64_t spent_ns;   /* at the last reading */
} pg_budget;

/* Counts a probe; 1 when the callback has used up its time, and from then on until the next start. */
int pg_budget_probe(pg_budget *budget);

/* A new callback begins, with limit_ns of time. */
void pg_budget_start(pg_budget *budget, int64_t limit_ns);

/* Work of the host on the script's behalf (a model fit) is over: its time does not count. */
void pg_budget_forgive(pg_budget *budget);

#endif
