/* A runner: one strategy on one market, whatever version of it flies. Takes the inputs, records them, calls back, and
 * hands out the requests; brings a new version in and, when it fails, the one before it back.
 *
 * It knows neither venues nor sockets: live, the desk stands behind it (desk.h), in a replay a flight recording. */
#ifndef PG_LIVE_RUNNER_H
#define PG_LIVE_RUNNER_H

#include "live/pilot.h"

typedef enum {
    PG_RUNNER_SHADOW = 1, /* a new version flies along */
    PG_RUNNER_LIVE,       /* it has taken over */
    PG_RUNNER_REFUSED,    /* it failed in the shadow, or could not take the state over; the running one goes on */
    PG_RUNNER_BACK,       /* it failed soon after: the one before it has taken over again */
    PG_RUNNER_FAILED,     /* it failed, and there is none to come back: quotes are pulled */
    PG_RUNNER_SETTLED     /* it has proved itself; the one before it is gone */
} pg_runner_news;

/* news: text says what happened, for a person. start: hands a fit to the workers, on behalf of a pilot; NULL: scripts
 * run their fits themselves. scrap: takes a pilot over that is not needed any more, to be freed (pg_hangar_scrap, which
 * spares the loop the time that takes); NULL: it is freed at once. */
typedef struct {
    void *self;
    void (*send)(void *self, const pg_request *request);
    void (*news)(void *self, pg_runner_news news, const char *version, const char *text);
    void (*start)(void *self, pg_pilot *pilot, uint64_t number, void *call);
    void (*scrap)(void *self, pg_pilot *pilot);
} pg_runner_hooks;

typedef struct {
    pg_flight *flight;    /* NULL: not recorded */
    const char *scripts;  /* folder for the texts of versions; NULL: not kept */
    int64_t probation_ns; /* a failure this soon after a swap brings the old version back */
    int shadow_inputs;    /* inputs that a new version flies along before it takes over */
    bool by_hand;         /* swaps, and judges a failure, only when told to (replays) */
} pg_runner_config;

typedef struct pg_runner pg_runner;

/* Takes the pilot over, unless it fails. Errors of the flight recording. */
pg_status pg_runner_new(pg_runner **runner, const pg_runner_config *config, pg_runner_hooks hooks, pg_pilot *pilot,
                        int64_t now_ns, pg_error *err);
void pg_runner_free(pg_runner *runner);

/* Records an input and gives it to everyone who flies; one of kind WORK to the pilot that it names alone. */
void pg_runner_push(pg_runner *runner, const pg_input *input);

/* The same for a fit that is done, of a pilot that flies still: pg_pilot_fit_done says so. */
void pg_runner_push_work(pg_runner *runner, pg_pilot *pilot, uint64_t number, int64_t now_ns);

/* Calls back for everything that was pushed. False when the end was reached (on_stop is through). */
bool pg_runner_pump(pg_runner *runner, int64_t now_ns);

/* A new version, warmed up from byte `from` of the recording, flies along from now on; taken over. One that waited to take
 * over is dropped; the one before the running one stays until that has proved itself. */
void pg_runner_shadow(pg_runner *runner, pg_pilot *pilot, uint64_t from, int64_t now_ns);

/* The shadow takes over now. PG_ERR_STATE when there is none; errors of on_reload: then it is dropped. */
pg_status pg_runner_swap(pg_runner *runner, int64_t now_ns, pg_error *err);

/* The version before takes over again; PG_ERR_STATE when there is none. */
pg_status pg_runner_back(pg_runner *runner, const char *why, int64_t now_ns, pg_error *err);

/* The running version decides nothing any more; its quotes are pulled. */
void pg_runner_fail(pg_runner *runner, const char *why, int64_t now_ns);

/* For replays: the running version was stopped in the middle of its last callback. Its failure is to be judged. */
void pg_runner_stopped(pg_runner *runner);

/* Sets a parameter of the running version, in its plan too, and of the one in the shadow if it has it. What is being
 * built from an older plan does not know of it: build it again. before, after: 32 bytes each. */
pg_status pg_runner_set(pg_runner *runner, const char *name, const char *value, char *before, char *after,
                        int64_t now_ns, pg_error *err);

/* Evaluates a line in the running version and appends what it gives (session_live.h). What may change something (write)
 * is recorded, and evaluated in a replay at the same place; what the line has set before it was stopped for its time is
 * not sure to be the same there. */
pg_status pg_runner_eval(pg_runner *runner, const char *line, bool write, pg_text *out, int64_t now_ns, pg_error *err);

/* Collects garbage in bounded steps: to be called after requests have been handed to the venue. */
void pg_runner_collect(pg_runner *runner);

/* ---- what there is ---- */

pg_pilot *pg_runner_pilot(const pg_runner *runner);        /* at the controls */
pg_pilot *pg_runner_shadow_pilot(const pg_runner *runner); /* a new version; NULL: none */
pg_engine *pg_runner_engine(const pg_runner *runner);
pg_flight *pg_runner_flight(const pg_runner *runner);   /* NULL: none */
const char *pg_runner_scripts(const pg_runner *runner); /* folder for the texts of versions; NULL: none */
bool pg_runner_has_failed(const pg_runner *runner);

/* Mean distance of the shadow's best quotes from the running ones, bps of mid; NAN when never both quoted. */
double pg_runner_difference(const pg_runner *runner);

/* When something is due although nothing arrives; INT64_MAX: never. */
int64_t pg_runner_next(const pg_runner *runner);

#endif
