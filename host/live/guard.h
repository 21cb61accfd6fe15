/* The host's side of its guard (guard_loop.h): starts it, gives it the venues and their keys, sends it a beat four
 * times a second while the loop turns, and starts another when it dies or does not answer.
 *
 * As long as pg_guard_is_well is false nobody watches: nothing should be open, and nothing new be sent. */
#ifndef PG_LIVE_GUARD_H
#define PG_LIVE_GUARD_H

#include "live/guard_wire.h"

typedef struct pg_guard pg_guard;

/* Called on the loop; none may be NULL. */
typedef struct {
    void *self;
    /* It is not there, or does not answer: pull quotes. A new one is being started. */
    void (*gone)(void *self, const char *why);
    /* It is there and has what it needs; at the start, too. */
    void (*well)(void *self);
    /* It cancels everything at a venue: nothing should be sent there until that is over. */
    void (*sweeping)(void *self, int venue);
    /* That is over: read the account anew. remaining: -1 when it could not tell. */
    void (*swept)(void *self, int venue, int remaining);
} pg_guard_handler;

/* Starts it. timeout_s: after so long without a beat it acts. PG_ERR_MEMORY, PG_ERR_IO when no process can be
 * started. */
pg_status pg_guard_new(pg_guard **guard, pg_loop *loop, double timeout_s, pg_guard_handler handler, pg_error *err);

/* Gives it a venue, now and to each that follows, and tells its number. The texts are copied, the keys borrowed until
 * pg_guard_free. ends_with_host: the built-in exchange, whose orders are gone when this process is. PG_ERR_FULL,
 * PG_ERR_INVALID without a key, those of pg_guard_place_write. */
pg_status pg_guard_add(pg_guard *guard, int *venue, const pg_venue_config *config, bool ends_with_host, pg_error *err);

/* Orders may be open from here on: without a beat it cancels. */
void pg_guard_arm(pg_guard *guard);

/* This host cannot reach a venue: let the guard cancel there; `swept` follows. False when there is no guard now. */
bool pg_guard_sweep(pg_guard *guard, int venue);

/* It can again: the guard comes to an end with it; `swept` follows if it was at it. */
void pg_guard_calm(pg_guard *guard, int venue);

/* Everything is cancelled and confirmed: it shall end without doing anything. */
void pg_guard_bye(pg_guard *guard);

/* Lets go of it and frees. After pg_guard_bye it waits a moment for its end; without, the guard takes this for the
 * death of the host, cancels, and ends when nothing is open. Outside of the loop's callbacks. NULL is allowed. */
void pg_guard_free(pg_guard *guard);

bool pg_guard_is_well(const pg_guard *guard);

/* Of the one that is there now; 0: none. How many were started. */
int pg_guard_pid(const pg_guard *guard);
int pg_guard_starts(const pg_guard *guard);

#endif
