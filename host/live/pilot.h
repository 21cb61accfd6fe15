/* A pilot: one version of a strategy with its estimators, and the engine that it decides on.
 *
 * The one at the controls sends requests; others fly along in the shadow: a new version before it takes over, the one
 * before it until the new one has proved itself. All get the same inputs. A pilot may be made and warmed up on another
 * thread; after that it belongs to the loop's. */
#ifndef PG_LIVE_PILOT_H
#define PG_LIVE_PILOT_H

#include <stdatomic.h>

#include "engine/flight.h"
#include "live/plan.h"
#include "script/session_live.h"

typedef struct {
    pg_plan plan;
    pg_session *session;
    pg_engine *engine;
    int64_t start_ns;
    bool failed;     /* a callback failed: it decides nothing any more */
    uint64_t inputs; /* that it was given */
    int fits;        /* under way on workers: it must not go before they are done */
    bool kept;       /* its texts were written (pg_pilot_keep) */
    bool retired;    /* goes as soon as they are */
} pg_pilot;

/* Loads and checks the scripts and makes the engine; no callback runs. shadow: sends nothing. log: what the script
 * prints; NULL: nowhere. Errors: those of pg_session_open. */
pg_status pg_pilot_new(pg_pilot **pilot, const pg_plan *plan, int64_t start_ns, pg_gateway gateway, bool shadow,
                       const pg_log *log, pg_error *err);

/* Frees it, or lets it go when its last fit is done (pg_pilot_fit_done). NULL is allowed. */
void pg_pilot_free(pg_pilot *pilot);

/* One fit fewer is under way; frees a retired pilot after its last. True when the pilot is still there. */
bool pg_pilot_fit_done(pg_pilot *pilot);

/* Gives it an input, to be acted upon at the next pump. */
void pg_pilot_push(pg_pilot *pilot, const pg_input *input);

/* Runs the callbacks that are due. *more is false after on_stop. On an error `failed` is set: no callback runs any more,
 * and from the next pump on the engine, which the caller has halted by then, only follows its orders. */
pg_status pg_pilot_pump(pg_pilot *pilot, bool *more, pg_error *err);

/* A part of a flight recording. */
typedef struct {
    const char *flight;
    uint64_t from, to;       /* bytes */
    bool book;               /* `from` is a mark: the book is read there */
    int64_t cpu_ns;          /* of the thread's time that it may take; 0: no limit */
    const atomic_bool *stop; /* set by another thread: it ends soon, with PG_ERR_STATE; NULL: nobody does */
} pg_warm_up;

/* Feeds it the inputs of a recording: estimators warm up, timers run, nothing is sent. PG_ERR_BUDGET when it takes too
 * long; errors of the script. */
pg_status pg_pilot_warm(pg_pilot *pilot, const pg_warm_up *part, pg_error *err);

/* Writes the texts of its scripts into folder/VERSION/ unless they are there: 0.lua is the strategy, the others are the
 * estimators in the order of their slots. */
pg_status pg_pilot_keep(const pg_pilot *pilot, const char *folder, pg_error *err);

/* Its plan with those names instead of the paths: what a recording holds. */
pg_status pg_pilot_kept_plan(const pg_pilot *pilot, pg_plan *plan, pg_error *err);

const char *pg_pilot_version(const pg_pilot *pilot);

#endif
