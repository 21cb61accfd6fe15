/* The live host: one configuration running. Opens the ledger, the venues and the markets, keeps them going, and ends in
 * order: everything is cancelled, confirmed and told. */
#ifndef PG_LIVE_LIVE_H
#define PG_LIVE_LIVE_H

#include "crypto/key_source.h"
#include "data/recorder.h"
#include "live/market.h"

enum { PG_LIVE_MARKETS = 64, PG_LIVE_VENUES = 16 };

typedef struct pg_live pg_live;

typedef struct {
    const char *config;          /* path of config.lua */
    double seconds;              /* ends by itself after that; 0: never */
    const pg_log *log;           /* for what goes into the log */
    pg_passphrase_fn passphrase; /* of keystore entries; NULL: they cannot be opened */
    void *passphrase_self;
    const pg_venue_type *venue_type; /* of every venue; NULL: what the configuration says */
    void *self;
    void (*say)(void *self, const char *line); /* for the person who watches: status and news */
} pg_live_options;

/* Reads the configuration and makes everything ready that needs no connection. problems (may be NULL) has what is wrong
 * with the configuration. */
pg_status pg_live_new(pg_live **live, const pg_live_options *options, pg_config_problems *problems, pg_error *err);
void pg_live_free(pg_live *live);

/* Runs until it is told to stop, by pg_live_stop, SIGINT, SIGTERM, the kill switch or the time. PG_OK when everything
 * ended in order; PG_ERR_STATE when orders may be left at a venue; errors of starting. */
pg_status pg_live_run(pg_live *live, pg_error *err);

/* Begins to stop: quotes are pulled, everything is cancelled and looked after. */
void pg_live_stop(pg_live *live, const char *why);

/* Loads the script of a market from its file again, in the shadow of the running one; it takes over when it has proved
 * itself. */
pg_status pg_live_reload(pg_live *live, pg_live_market *market, pg_error *err);

/* When a new version is being built from a plan that is not the present one any more: begins that again. */
void pg_live_rebuild(pg_live *live, pg_live_market *market);

/* ---- what there is, for the console, the metrics and the status line ---- */

pg_config *pg_live_config_of(const pg_live *live);
int pg_live_market_count(const pg_live *live);
pg_live_market *pg_live_market_at(const pg_live *live, int i);

/* By "ETH", "ETH.second" or "ETH@venue"; NULL when there is none or several. */
pg_live_market *pg_live_find(const pg_live *live, const char *name);

int pg_live_desk_count(const pg_live *live);
pg_desk *pg_live_desk_at(const pg_live *live, int i);
pg_risk *pg_live_risk(const pg_live *live);
pg_recorder *pg_live_recorder(const pg_live *live); /* NULL: nothing is recorded */
pg_ledger *pg_live_ledger(const pg_live *live);

/* Lets everything that was given inputs act. */
void pg_live_act(pg_live *live);

/* One status line of a market. */
char *pg_live_status(const pg_live *live, int market, char *text, int size);

#endif
