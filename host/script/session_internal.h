/* What the files of the session share. */
#ifndef PG_SCRIPT_SESSION_INTERNAL_H
#define PG_SCRIPT_SESSION_INTERNAL_H

#include "script/session.h"

enum { SESSION_PARAMETERS = 128, SESSION_DETAILS = 8192 };

struct pg_session {
    pg_session_config config;
    pg_state *state;
    int object;  /* registry reference of the driver's session table */
    int driver;  /* of the driver module */
    int pump;    /* of the driver's pump, once bound */
    int console; /* of the console module, once asked for */
    char name[64];
    char version[8];
    pg_parameter_row parameters[SESSION_PARAMETERS];
    int parameter_count;
    char slots[1024];
    int params_text; /* number of the params file among the sources; -1: none is read */
    bool wants_trades;
    bool collecting;        /* a cycle of garbage collection is under way */
    size_t collected_bytes; /* in use after the last one */
    int lines_logged;
    const pg_engine *engine; /* while it runs */
    char details[SESSION_DETAILS];
};

/* Pushes function `name` of a module (a registry reference) and the session object. */
void session_push(pg_session *session, int module, const char *name);

/* A callback failed: completes *err and the details; returns status. */
pg_status session_failed(pg_session *session, pg_status status, pg_error *err);

#endif
