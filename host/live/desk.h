/* The desk: everything between the strategies of one account and their venue. Each request passes the risk gate and is in
 * the ledger before it is sent; each report is checked, written down, and handed to the strategy whose order it is. The
 * account is read at the start, after every reconnection and every minute, and differences are settled.
 *
 * Order ids tell whose they are: seat number + 1 in the bits from PG_DESK_SEAT_BITS up, a counter below. */
#ifndef PG_LIVE_DESK_H
#define PG_LIVE_DESK_H

#include "engine/live.h"
#include "script/config.h"
#include "trade/ledger.h"
#include "trade/risk.h"
#include "trade/seen.h"
#include "venue/venue.h"

enum { PG_DESK_SEATS = 64, PG_DESK_SEAT_BITS = 44 };

/* A strategy on a market, as the desk sees it. */
typedef struct {
    void *self;
    void (*input)(void *self, const pg_input *input); /* gives an input; the scripts act when the desk calls `act` */
    pg_engine *(*engine)(void *self);
    const char *name; /* for messages: "ETH of hl" */
    int market;       /* number at the venue */
    int number;       /* in the risk gate and in the ledger */
    uint64_t version; /* of the script that decides now, for the ledger */
} pg_seat;

typedef struct {
    const pg_config_venue *venue;
    int account; /* number in the risk gate and the ledger */
    pg_loop *loop;
    pg_ledger *ledger;
    const char *ledger_path; /* for what earlier sessions left; NULL: that is not looked at */
    const char *state;       /* folder for what the venue keeps; NULL: none */
    pg_risk *risk;
    const pg_log *log;
    uint64_t run;
    const pg_venue_type *type;      /* NULL: the one of the configuration's kind */
    const char *url;                /* NULL: the configuration's */
    const pg_secret *key, *api_key; /* NULL: none */
    const char *const *symbols;
    int symbol_count;
    bool trading; /* false: nothing is sent */
} pg_desk_config;

typedef struct {
    void *self;
    void (*ready)(void *self); /* instruments are known: seats may be taken */
    void (*failed)(void *self, const pg_error *err);
    void (*act)(void *self); /* inputs were given: let the scripts act, then call pg_desk_flush */
} pg_desk_hooks;

typedef struct pg_desk pg_desk;

/* What the account is called in the ledger. */
const char *pg_desk_account_name(const pg_config_venue *venue);

/* The venue's part of the configuration, as a venue wants it: everything but keys, symbols and run. options is the
 * caller's; texts are borrowed. A url that is set already stays. */
void pg_desk_venue_config(pg_venue_config *config, pg_venue_option options[PG_CONFIG_OPTIONS],
                          const pg_config_venue *venue);

/* Opens the venue. All that is pointed to is borrowed. */
pg_status pg_desk_new(pg_desk **desk, const pg_desk_config *config, pg_desk_hooks hooks, pg_error *err);
void pg_desk_free(pg_desk *desk);

/* Takes a seat; its requests come by pg_desk_send. *seat (borrowed) must stay where it is. PG_ERR_FULL. */
pg_status pg_desk_seat(pg_desk *desk, pg_seat *seat, int *place, pg_error *err);

/* The place that the next seat will have. */
int pg_desk_next_place(const pg_desk *desk);

/* The first order id of a seat in this session. */
uint64_t pg_desk_first_id(int place);

/* Reads the account for the first time, deals with the orders found there, and lets the seats quote. */
void pg_desk_begin(pg_desk *desk);

/* What is known may be old: this process stood still, or somebody else has cancelled. Nothing is quoted until the
 * account has been read anew. */
void pg_desk_doubt(pg_desk *desk);

/* A request of a seat: judged, written down and kept for the next flush; what is refused is answered by an input. */
void pg_desk_send(pg_desk *desk, int place, const pg_request *request, int64_t now_ns);
void pg_desk_flush(pg_desk *desk);

/* Every quarter of a second or so: holds by the risk gate, equity, the minute's reconciliation. */
void pg_desk_tick(pg_desk *desk, int64_t now_ns);

/* The end begins: quotes are pulled for good. */
void pg_desk_stop(pg_desk *desk, int64_t now_ns);

/* An order of the host's own at the end of a market's position, reduce-only and immediate: not judged, for quoting is
 * held by then, but written down like every other, and sent at once. Its id must be free in the seat's numbers. Errors
 * of the ledger: then it is not sent. */
pg_status pg_desk_send_closing(pg_desk *desk, int market_number, const pg_request *request, int64_t now_ns,
                               pg_error *err);

/* Cancels every order of the account (only this session's where unknown orders are left alone) and looks until they are
 * gone. */
void pg_desk_cancel_all(pg_desk *desk, void *self, pg_cancelled_done done);

/* Takes the venue's dead-man's switch away, when it was set: after everything is cancelled. done may be called
 * within. */
void pg_desk_disarm(pg_desk *desk, void *self, pg_venue_done done);

/* ---- what there is ---- */

typedef struct {
    bool ready;        /* instruments are known */
    bool reconciled;   /* what is known here agrees with the venue */
    bool link[2];      /* pg_link */
    int64_t equity_e6; /* last known, with what the marks have done since */
    uint64_t sent, refused, unknown, reports, fills, duplicates, orphans, corrections;
    uint64_t nonsense; /* reports that cannot be true */
    int64_t order_ns;  /* last time from request to answer */
} pg_desk_state;

const pg_desk_state *pg_desk_get_state(const pg_desk *desk);
pg_venue *pg_desk_venue(const pg_desk *desk);
const pg_config_venue *pg_desk_config_venue(const pg_desk *desk);

#endif
