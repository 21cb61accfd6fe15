/* A Lua state for one script and its estimators: memory limit, time budget, and the way in.
 *
 * The state runs Perigee's own Lua files (lua/perigee), which have the FFI; scripts run in an environment those files
 * build (lua/perigee/sandbox.lua). io, os, debug and the C loaders are not opened at all. Nothing is shared between
 * states, so that each may run on a thread of its own. */
#ifndef PG_SCRIPT_STATE_H
#define PG_SCRIPT_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "script/budget.h"

typedef struct {
    size_t memory_bytes; /* of the Lua heap */
    int64_t callback_ns; /* CPU time of one callback */
    int64_t start_ns;    /* of loading and on_start */
} pg_script_limits;

/* 64 MiB, 4 ms, 2 s. */
pg_script_limits pg_script_default_limits(void);

typedef struct pg_state pg_state;
struct lua_State;

/* trusted: with every standard library (`perigee lua`); otherwise the restricted state described above. */
pg_status pg_state_open(pg_state **state, const pg_script_limits *limits, bool trusted, pg_error *err);
void pg_state_close(pg_state *state);

struct lua_State *pg_state_lua(const pg_state *state);
pg_budget *pg_state_budget(pg_state *state);
const pg_script_limits *pg_state_limits(const pg_state *state);

/* Bytes of Lua heap in use, and the most that there were. */
size_t pg_state_memory(const pg_state *state, size_t *peak);
uint64_t pg_state_allocations(const pg_state *state);

/* Calls the function below `arguments` values on the stack, with a traceback on error; `results` values remain.
 * On error nothing remains and *err has the message as `what` (its first line) and the status: PG_ERR_BUDGET and
 * PG_ERR_MEMORY are told apart from PG_ERR_SCRIPT. */
pg_status pg_state_call(pg_state *state, int arguments, int results, pg_error *err);

/* Traceback of the last failed call, "" when there was none. */
const char *pg_state_traceback(const pg_state *state);

/* The script files that were loaded, in that order, with their texts as they were read. */
typedef struct {
    char *path, *text;
    size_t length;
} pg_source_text;

/* Adds another text that what runs depends on; it is copied. Its number; -1: there is no room. */
int pg_state_keep_text(pg_state *state, const char *path, const char *text, size_t length);

const pg_source_text *pg_state_sources(const pg_state *state, int *count);

/* Pushes the module NAME of lua/perigee (as `require "perigee.NAME"` would). */
pg_status pg_state_require(pg_state *state, const char *name, pg_error *err);

#endif
