/* Cancels everything at one venue and looks until it is gone: the guard's hands.
 *
 * The venue is opened when the sweeper is made, for requests only, so that what it needs to know of the venue is there
 * before it is needed. A sweep ends when two looks, a moment apart, found nothing open: what was on its way at the
 * first one has arrived by the second. Failures are tried again, ever more slowly, for ten minutes. */
#ifndef PG_LIVE_SWEEPER_H
#define PG_LIVE_SWEEPER_H

#include "live/guard_wire.h"

typedef struct pg_sweeper pg_sweeper;

typedef struct {
    void *self;
    /* A sweep is over: orders that remain, -1 when that is not known. Called from the loop, never within a call. */
    void (*done)(void *self, int remaining);
} pg_sweeper_handler;

/* place (borrowed) has its keys. PG_ERR_MEMORY; everything else that is wrong is logged and tried again. */
pg_status pg_sweeper_new(pg_sweeper **sweeper, const pg_guard_place *place, pg_loop *loop, const pg_log *log,
                         pg_sweeper_handler handler, pg_error *err);

/* NULL is allowed. */
void pg_sweeper_free(pg_sweeper *sweeper);

/* Begins a sweep; one that is under way goes on. host_gone: the built-in exchange of a dead host is not waited for. */
void pg_sweeper_start(pg_sweeper *sweeper, bool host_gone);

/* The host is there again: the sweep ends with what it is about now. */
void pg_sweeper_calm(pg_sweeper *sweeper);

bool pg_sweeper_is_busy(const pg_sweeper *sweeper);

#endif
