/* What the files of the live host share. */
#ifndef PG_LIVE_LIVE_INTERNAL_H
#define PG_LIVE_LIVE_INTERNAL_H

#include "crypto/secret.h"
#include "live/child.h"
#include "live/console.h"
#include "live/exporter.h"
#include "live/hangar.h"
#include "live/live.h"
#include "live/watch.h"
#include "live/live_guard.h"

/* A venue of the configuration that is in use. */
typedef struct {
    pg_live *live;
    const pg_config_venue *venue;
    int number; /* account in the ledger and the risk gate */
    pg_secret *key, *api_key;
    pg_child *child; /* the built-in exchange behind a local venue */
    char url[64];
    const char *symbols[PG_LIVE_MARKETS];
    int recorded[PG_LIVE_MARKETS]; /* number at the recorder, plus 1; 0: not yet */
    int symbol_count;
    pg_desk *desk;
    bool begun;
    bool cancelled; /* at the end: nothing is open any more, or nobody can tell */
    int remaining;
    bool is_empty;     /* the venue has said that nothing is open */
    int leverage_at;   /* place in the configuration of the market whose leverage is being set */
    pg_timer *closing; /* positions are being closed */
    int64_t close_until_ns, close_again_ns;
    uint64_t closings; /* orders sent for it */
} live_venue;

typedef enum { LIVE_STARTING, LIVE_RUNNING, LIVE_STOPPING, LIVE_ENDED } live_phase;

struct pg_live {
    pg_live_options options;
    pg_config *config;  /* that it began with: venues point into it */
    pg_config *current; /* as last taken over */
    pg_log log;
    pg_loop *loop;
    pg_ledger *ledger;
    pg_risk *risk;
    pg_recorder *recorder; /* NULL: none */
    uint64_t run;
    char session[PG_PATH_SIZE]; /* "" when no flights are recorded */
    char session_id[40];
    char state[PG_PATH_SIZE]; /* folder of what venues keep beside the ledger */
    live_venue venue[PG_LIVE_VENUES];
    int venue_count;
    pg_live_market *market[PG_LIVE_MARKETS];
    int market_count;
    live_phase phase;
    bool acting;
    int64_t clock_told_ns; /* by how much the system's clock was set, as last told */
    pg_console *console;
    pg_exporter *exporter; /* NULL: none */
    pg_hangar *hangar;
    pg_watcher *watcher; /* NULL: what is saved is not taken over */
    live_guard guard;
    pg_timer *tick, *status, *end, *deadline, *grace;
    pg_error error; /* why it could not start, or what is left at the end */
    char why[160];  /* it stops */
    void *signals;  /* live_stop.c */
};

void live_say(pg_live *live, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- live_start.c ---- */

pg_status live_open(pg_live *live, pg_error *err);    /* ledger, risk, folders, keys */
pg_status live_connect(pg_live *live, pg_error *err); /* exchanges and desks */

/* Metrics and health, where the configuration wants them. */
pg_status live_open_web(pg_live *live, pg_error *err);

/* The console's socket: lines go to live/command.h. */
pg_status live_open_console(pg_live *live, pg_error *err);

/* ---- live_reload.c ---- */

/* The hangar, and watching config.lua where the configuration wants reloading. */
pg_status live_open_reload(pg_live *live, pg_error *err);
void live_close_reload(pg_live *live);

/* Watches the files that a market's running version was loaded from. */
void live_watch_scripts(pg_live *live, pg_live_market *market);

/* ---- live_close.c ---- */

/* Begins to close what is to be closed on a venue; live_closed follows. False when there is nothing to do. */
bool live_close(live_venue *venue);

/* ---- live_stop.c ---- */

/* A venue is done: nothing is open there any more, or nobody can tell. */
void live_closed(live_venue *venue);

pg_status live_catch_signals(pg_live *live, pg_error *err);
void live_release_signals(pg_live *live);
void live_report(const pg_live *live);

#endif
