/* A script session: one strategy with its estimators in a Lua state, ready to run on an engine. */
#ifndef PG_SCRIPT_SESSION_H
#define PG_SCRIPT_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "engine/engine.h"
#include "script/state.h"

/* NAME=VALUE as given by the user: "gamma" for the strategy, "sigma.half_life_s" for the estimator in slot sigma. */
typedef struct {
    const char *name;
    const char *value;
} pg_setting;

typedef struct {
    const char *path; /* of the strategy */
    const pg_setting *params;
    int param_count;
    const pg_setting *estimators; /* slot and estimator */
    int estimator_count;
    const char *symbol;
    const char *venue;
    double maker_fee; /* fractions of notional, for ctx */
    double taker_fee;
    uint64_t seed;
    pg_script_limits limits;
    bool trusted;      /* the scripts may use the raw FFI: then nothing of this process is out of their reach */
    const pg_log *log; /* where print and ctx:log go, with the engine's time; NULL: nowhere */
} pg_session_config;

/* One parameter as it was used. */
typedef struct {
    char owner[64]; /* the strategy's name, or "slot = estimator" */
    char name[48];
    char value[64];
    char unit[24];
    char doc[160];
} pg_parameter_row;

typedef struct pg_session pg_session;

/* Loads and checks everything; no callback runs. Errors: PG_ERR_SCRIPT and friends, message with file and line. */
pg_status pg_session_open(pg_session **session, const pg_session_config *config, pg_error *err);
void pg_session_close(pg_session *session);

/* Whether a script wants public trades: engine configuration. */
bool pg_session_wants_trades(const pg_session *session);

/* Runs on an engine to the end of its data. On an error the engine is halted (its quotes are pulled), *err says which
 * callback of which market at which event, and pg_session_details has the rest. */
pg_status pg_session_run(pg_session *session, pg_engine *engine, pg_error *err);

/* The two steps of it, for an engine in real time: binds the scripts to an engine (no callback runs yet), and calls back
 * for whatever the engine knows now. *more is false after on_stop. Errors as above, but that the engine goes on as it is:
 * whether its quotes are pulled is the caller's to say. The session is of no use then. */
pg_status pg_session_bind(pg_session *session, pg_engine *engine, pg_error *err);
pg_status pg_session_pump(pg_session *session, bool *more, pg_error *err);

/* Lines for a person after an error: the place in the data, the declared parameters, the Lua traceback. */
const char *pg_session_details(const pg_session *session);

const char *pg_session_name(const pg_session *session);
const pg_parameter_row *pg_session_parameters(const pg_session *session, int *count);

/* SHA-256 over the scripts' texts, first 7 hex digits: the version that traded. */
const char *pg_session_version(const pg_session *session);

/* The estimators' slots in the order of loading, a line each. */
const char *pg_session_slots(const pg_session *session);

/* Largest Lua heap, bytes, and how often its blocks were made or grew. */
size_t pg_session_peak_memory(const pg_session *session);
uint64_t pg_session_allocations(const pg_session *session);

#endif
