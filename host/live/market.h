/* A market that is traded: one entry of config.lua, with its runner, its seat at the desk, its flight recording and its
 * timer. */
#ifndef PG_LIVE_MARKET_H
#define PG_LIVE_MARKET_H

#include "data/recorder.h"
#include "live/desk.h"
#include "live/hangar.h"
#include "live/runner.h"

enum { PG_MARKET_NEWS = 320 };

typedef struct pg_live_market pg_live_market;

typedef struct {
    void *self;
    /* Something was given, or a timer is due: let the scripts act. */
    void (*act)(void *self);
    /* For people: one line. */
    void (*say)(void *self, pg_live_market *market, pg_log_level level, const char *text);
} pg_market_hooks;

typedef struct {
    const pg_config *config;
    const pg_config_market *entry;
    pg_desk *desk;
    pg_loop *loop;
    pg_ledger *ledger;
    pg_risk *risk;
    int account;
    int venue_market;      /* number at the venue */
    pg_hangar *hangar;     /* takes what is not needed any more; NULL: freed at once */
    const char *session;   /* folder of the session's flight recordings; NULL: none */
    pg_recorder *recorder; /* NULL: nothing is recorded for backtests */
    int record_number;     /* the market's at the recorder */
    bool records_market;   /* market data too: false where another strategy on the same market does it */
    const pg_log *log;
} pg_market_config;

/* Makes the runner and takes a seat; the venue's instruments are known by now. The parts of the configuration that are
 * pointed to may go afterwards. Errors: those of scripts and of the risk gate. */
pg_status pg_live_market_new(pg_live_market **market, const pg_market_config *config, pg_market_hooks hooks,
                             pg_error *err);
void pg_live_market_free(pg_live_market *market);

/* Runs the callbacks that are due. False when nothing was. */
bool pg_live_market_act(pg_live_market *market, int64_t now_ns);

/* Arms the timer for what is due next. */
void pg_live_market_arm(pg_live_market *market, int64_t now_ns);

/* The market that its configuration refers to, "VENUE SYMBOL"; NULL: none. */
const char *pg_live_market_reference(const pg_live_market *market);

/* Whether it is the one of that name. */
bool pg_live_market_is_named(const pg_live_market *market, const char *name);

/* Tells its strategy what `other` shows and holds, when that has changed, or was confirmed a second ago or more. */
void pg_live_market_refer(pg_live_market *market, const pg_live_market *other, int64_t now_ns);

/* Ends it: on_stop is called, then nothing more. */
void pg_live_market_stop(pg_live_market *market, int64_t now_ns);

/* Cancels its open orders; the strategy may quote again at once. An input like any other: a replay does it too. */
void pg_live_market_cancel(pg_live_market *market, int64_t now_ns);

/* Sets a parameter of the running version; it holds for later versions too. before, after: 32 bytes each. */
pg_status pg_live_market_set(pg_live_market *market, const char *name, const char *value, char *before, char *after,
                             pg_error *err);

/* Forgets the parameters that were set from the console: config.lua says them anew. */
void pg_live_market_forget(pg_live_market *market);

/* ---- what there is ---- */

/* Whether it is the one of an entry with these names. */
bool pg_live_market_is(const pg_live_market *market, const char *venue, const char *symbol, const char *name);

const char *pg_live_market_name(const pg_live_market *market);   /* "ETH", or "ETH.second" */
const char *pg_live_market_symbol(const pg_live_market *market); /* "ETH" */
pg_runner *pg_live_market_runner(const pg_live_market *market);
pg_desk *pg_live_market_desk(const pg_live_market *market);
int pg_live_market_number(const pg_live_market *market); /* in the risk gate and the ledger */
const char *pg_live_market_scripts(const pg_live_market *market);

typedef struct {
    uint64_t events;
    uint64_t orders;          /* times that market data led to a request */
    int64_t heard_ns;         /* last market data, wall clock */
    int64_t tick_to_order_ns; /* last: from the message's arrival to the hand-over of the request to the venue */

} pg_market_figures;

const pg_market_figures *pg_live_market_figures(const pg_live_market *market);

/* The plan of an entry, with the parameters that were set from the console since. */
pg_status pg_live_market_plan(const pg_live_market *market, pg_plan *plan, const pg_config *config,
                              const pg_config_market *entry, pg_error *err);

#endif
