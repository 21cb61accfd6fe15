/* The hangar: new versions are built and warmed up beside the loop, and scrapped there.
 *
 * A build loads the scripts and feeds them what was recorded, in libuv's pool, in rounds until next to nothing is
 * missing; the last bit is fed on the loop, and then the new version flies along (pg_runner_shadow). */
#ifndef PG_LIVE_HANGAR_H
#define PG_LIVE_HANGAR_H

#include "live/runner.h"
#include "net/loop.h"

typedef struct {
    double warm_s;  /* how far back a new version is warmed up; 0: 1800 */
    uint64_t most;  /* inputs, at most; 0: 1,000,000 */
    int64_t cpu_ns; /* of CPU time that it may take to warm up; 0: 10 s */
    pg_clock clock; /* of the runners */
} pg_hangar_config;

/* err NULL: the new version flies along. Otherwise it was refused and the running one goes on. ms: since the build was
 * asked for. Not called for builds that are dropped. */
typedef void (*pg_hangar_done)(void *self, pg_runner *runner, const pg_error *err, double ms);

typedef struct {
    uint64_t builds, refused, dropped;
    double loop_ms; /* that the last build kept the loop from its work */
} pg_hangar_figures;

typedef struct pg_hangar pg_hangar;

pg_status pg_hangar_new(pg_hangar **hangar, pg_loop *loop, const pg_hangar_config *config, pg_error *err);

/* Drops what is being built and waits for it, by running the loop: not to be called from a callback on it. NULL is
 * allowed. */
void pg_hangar_free(pg_hangar *hangar);

/* Builds a new version of what a runner flies. One that is being built for the same runner already is dropped. log: what
 * the script prints once it flies along; NULL: nowhere. PG_ERR_MEMORY. */
pg_status pg_hangar_build(pg_hangar *hangar, pg_runner *runner, const pg_plan *plan, const pg_log *log, void *self,
                          pg_hangar_done done, pg_error *err);

/* Drops what is being built for a runner: it goes, or a parameter of its plan was changed. */
void pg_hangar_drop(pg_hangar *hangar, const pg_runner *runner);
bool pg_hangar_is_building(const pg_hangar *hangar, const pg_runner *runner);

/* Frees a pilot in the pool. */
void pg_hangar_scrap(pg_hangar *hangar, pg_pilot *pilot);

pg_hangar_figures pg_hangar_get_figures(const pg_hangar *hangar);

#endif
