/* Replays: a recorded session is run again and every decision compared with the one that was taken. */
#ifndef PG_LIVE_REPLAY_H
#define PG_LIVE_REPLAY_H

#include "live/runner.h"

enum { PG_REPLAY_TEXT = 400 };

typedef struct {
    char venue[PG_SYMBOL_SIZE], symbol[PG_SYMBOL_SIZE];
    char version[16];          /* the one that it ended with */
    int64_t first_ns, last_ns; /* of the inputs */
    uint64_t inputs;
    uint64_t requests;          /* that were recorded */
    uint64_t same;              /* of them, made again */
    uint64_t different;         /* made otherwise, not made, or made beside them */
    int versions;               /* that took over */
    bool torn;                  /* the recording ends in the middle: what is before it was compared */
    char first[PG_REPLAY_TEXT]; /* the first difference, for a person; "" when there is none */
    double seconds;             /* that it took */
    /* With another strategy: */
    uint64_t compared;           /* moments at which both declared quotes */
    double apart_bps;            /* mean distance of their best quotes there */
    uint64_t only_one;           /* moments at which one of them alone quoted */
    char other[16];              /* its version */
    char failed[PG_REPLAY_TEXT]; /* why it stopped; "" when it did not */
} pg_replay;

/* Runs a recording (folder/NAME.flight, its scripts in folder/scripts). other: NULL, or the path of a strategy that
 * flies along on the same inputs, fills included, with what pg_replay_other_plan leaves of the recorded settings.
 * Errors: PG_ERR_IO, PG_ERR_CORRUPT for a file that is none, those of opening scripts. Differences are no errors. trusted: scripts that had the raw FFI get it again; otherwise
 * PG_ERR_UNSUPPORTED, for whoever made the recording could do anything here. */
pg_status pg_replay_run(pg_replay *result, const char *flight, const char *other, bool trusted, pg_error *err);

/* The plan that a recording began with: for running it through the simulator too. */
pg_status pg_replay_plan(pg_plan *plan, const char *flight, pg_error *err);

/* Turns such a plan into one for another strategy: with the estimators that were chosen for slots that it has too, and
 * those of the parameters that it knows. PG_ERR_MEMORY. */
pg_status pg_replay_other_plan(pg_plan *plan, const char *path, int64_t start_ns, pg_error *err);

/* Writes the market data of a recording as a tape. *events gets their number. */
pg_status pg_replay_tape(const char *flight, const char *tape, uint64_t *events, pg_error *err);

#endif
