/* The guard within the live host: who is watched, when quotes are held for it, when it is called for help; and what is
 * done when this process stood still. */
#ifndef PG_LIVE_LIVE_GUARD_H
#define PG_LIVE_LIVE_GUARD_H

#include "live/guard.h"
#include "live/live.h"

typedef struct {
    pg_guard *guard;           /* NULL: none is wanted */
    int venue[PG_LIVE_VENUES]; /* its number for each venue of the host + 1; 0: not watched */
    bool sweeping[PG_LIVE_VENUES];
    int64_t down_ns[PG_LIVE_VENUES]; /* since when the account's connection is down; 0: it is up */
    int64_t turned_ns;               /* the loop's last turn, wall clock */
    double turned_s;                 /* and on the clock that only runs forward */
} live_guard;

/* Starts it when there is something to guard: before any script is loaded. */
pg_status live_guard_start(pg_live *live, pg_error *err);

/* Tells it of the i-th venue, whose address is known by now. */
pg_status live_guard_watch(pg_live *live, int i, pg_error *err);

/* Before the first order: holds the markets until it is there. */
void live_guard_arm(pg_live *live);

/* At every turn of the loop, before anything is decided: after a standstill everything is read anew. */
void live_guard_turn(pg_live *live);

/* Every quarter of a second: a venue that cannot be reached is left to the guard. */
void live_guard_tick(pg_live *live, int64_t now_ns);

/* The end: it goes too when all is cancelled and confirmed, and goes on when it is not. */
void live_guard_end(pg_live *live);

#endif
