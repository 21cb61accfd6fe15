/* A venue: the one interface through which the host trades, whatever is on the other side.
 *
 * A venue keeps its connections, subscribes, signs, translates, and reports; it decides nothing. Everything happens on
 * the loop's thread; nothing here waits. What it says goes to the sink, in the order in which it happened.
 *
 * Life: pg_venue_open -> ready (instruments known, streams subscribed, account read) -> events and reports ...; links
 * go down and come up again by themselves. After a link is up again the host reads the account anew
 * (pg_venue_account). */
#ifndef PG_VENUE_VENUE_H
#define PG_VENUE_VENUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "crypto/secret.h"
#include "market/instrument.h"
#include "net/loop.h"
#include "trade/order.h"

enum { PG_VENUE_MARKETS = 64, PG_VENUE_ORDER_ID = 32, PG_VENUE_TRADE_ID = 64, PG_VENUE_WORDS = 192 };

typedef struct pg_venue pg_venue;

/* A setting of one kind of venue only, as config.lua gives it: { "vault", "0x..." }. */
typedef struct {
    const char *name, *value;
} pg_venue_option;

/* All of it is borrowed until pg_venue_close. */
typedef struct {
    const char *name;         /* in config.lua: "hl" */
    const char *kind;         /* "hyperliquid" */
    const char *network;      /* "mainnet", "testnet", "local" */
    const char *url;          /* base of the REST interface; NULL: the network's own. "local" needs one */
    const char *account;      /* the account that is traded; NULL: the key's own */
    const pg_secret *key;     /* NULL: market data only */
    const pg_secret *api_key; /* of venues that want one beside it; NULL: none */
    const char *const *symbols;
    int symbol_count;       /* a market's number is its place here */
    uint64_t run;           /* first half of every client order id of this session: tells our orders from others' */
    bool no_streams;        /* requests only: the guard's */
    int64_t rest_backup_ms; /* reads the books over REST this often while their stream is down; 0: never */
    const char *state;      /* folder for what must outlast the process, as nonces; NULL: nothing is kept */
    const pg_venue_option *options;
    int option_count;
    const pg_log *log;
} pg_venue_config;

/* ---- what a venue says ---- */

typedef enum { PG_LINK_MARKET, PG_LINK_ACCOUNT } pg_link;

/* What became of an order. */
typedef struct {
    int market;
    pg_reply reply; /* reply.id: the order's id within its run; 0: it carries no client id of Perigee's */
    uint64_t run;   /* the run that placed it; not this one's: an order of an earlier session */
    bool unknown;   /* no reply: the request may or may not have arrived. The venue is asking; a report follows. The
                         fields of the reply are not set but for its id */
    bool unsent;    /* a refusal that was made here: nothing left this machine */
    char order_id[PG_VENUE_ORDER_ID]; /* the venue's; "" when not known */
    char trade_id[PG_VENUE_TRADE_ID]; /* of a fill: the same trade never has two, two trades never share one */
    char words[PG_VENUE_WORDS];       /* of a refusal: the venue's own */
    int64_t sent_ns;                  /* when the request left, wall clock; 0 when it is not an answer to one */
} pg_report;

/* Funding of a position, as the venue settled it. */
typedef struct {
    int market;
    int64_t time_ns;   /* the venue's: with the market it tells one payment from every other */
    int64_t amount_e6; /* quote units in 1e-6; > 0: received */
    int64_t rate_e12;  /* fraction of the position's value in 1e-12; > 0: longs pay */
} pg_funding_paid;

/* Called on the loop; none may be NULL but funding. Pointers are valid during the call. */
typedef struct {
    void *self;
    /* Once: instruments are known, and with a key the account can trade. */
    void (*ready)(void *self);
    /* Nothing more can be done here without a person: wrong key, unknown symbol, wrong network, clock off by a minute.
     * No order is sent from here on; cancels are still tried. */
    void (*failed)(void *self, const pg_error *err);
    /* What one message of the venue said about a market, in order; local_ns is the time of its arrival. */
    void (*events)(void *self, int market, const pg_event *events, int count);
    void (*report)(void *self, const pg_report *report);
    /* A link is up (subscribed and heard from), or down and why. */
    void (*link)(void *self, pg_link link, bool up, const char *why);
    /* From ready on; the same payment may be told again after a connection was lost. It is in the account's equity. */
    void (*funding)(void *self, const pg_funding_paid *paid);
} pg_venue_sink;

/* ---- what is known of an account ---- */

typedef struct {
    int market; /* -1: a market that is not in the configuration; then `symbol` says which */
    char symbol[PG_SYMBOL_SIZE];
    char order_id[PG_VENUE_ORDER_ID];
    uint64_t run, id; /* of the client order id; 0: none of Perigee's */
    int64_t price, remaining, filled;
    uint8_t side;
    bool reduce_only;
} pg_open_order;

typedef struct {
    int market;
    char symbol[PG_SYMBOL_SIZE];
    int64_t quantity;   /* signed size units; 0 where market is -1: see text */
    double entry;       /* average price, quote units; for display */
    double liquidation; /* mark price at which the venue takes it, as the venue says; 0: none, or not told */
    char text[32];      /* the quantity as the venue writes it */
} pg_held;

typedef struct {
    int64_t time_ns; /* the venue's; 0: not told */
    const pg_open_order *orders;
    int order_count;
    const pg_held *held; /* positions that are not zero */
    int held_count;
    int64_t equity_e6; /* quote units in 1e-6 */
    int64_t free_e6;   /* margin that new positions may use */
} pg_account_state;

/* What differs between venues, and what they charge this account. Valid from ready on. */
typedef struct {
    bool can_trade;
    bool fees_known;
    int64_t maker_fee_e8, taker_fee_e8; /* fractions of the notional in 1e-8, of market 0 */
    int switch_least_s;   /* dead-man's switch: the shortest time it can be set to; 0: this venue or account has none */
    char switch_why[128]; /* when it has none */
    bool replace_is_fresh; /* a replacement's size does not shrink by fills that cross it on its way */
    bool replace_keeps_place;
    int batch;            /* orders that one request can carry */
    int64_t actions_left; /* orders that the account may still send, where the venue counts them; -1: it does not */
} pg_venue_facts;

/* ---- calls ---- */

/* Begins to connect. Errors, all before anything is sent: PG_ERR_NOT_FOUND for an unknown kind, PG_ERR_INVALID for a
 * setting, PG_ERR_UNSUPPORTED. */
pg_status pg_venue_open(pg_venue **venue, const pg_venue_config *config, pg_loop *loop, pg_venue_sink sink,
                        pg_error *err);

/* Drops the connections; no callback follows, orders stay as they are. Not to be called within a callback of the venue,
 * which still works on it: from a timer of one's own. NULL is allowed. */
void pg_venue_close(pg_venue *venue);

const pg_instrument *pg_venue_instrument(const pg_venue *venue, int market);
const pg_venue_facts *pg_venue_get_facts(const pg_venue *venue);

/* Whether a request could be sent now, by the rate limits; cancels have a reserve. */
bool pg_venue_has_room(const pg_venue *venue, int requests, bool cancels);

typedef struct {
    int market;
    pg_request request;
} pg_submit;

/* Signs and sends, in as few messages as the venue allows: cancels before replacements before new orders. Every one is
 * answered by reports, sooner or later: refusals that are known here at once (`unsent`), never within this call. */
void pg_venue_submit(pg_venue *venue, const pg_submit *list, int count);

/* Takes an open order of an earlier session over: it is told, cancelled and replaced as any of this one from here on,
 * under a new id, and keeps its place in the queue. `found` as pg_venue_account told it, of a market that is traded here;
 * tif: as it was placed. False when there is no room, or where the venue does not adopt (pg_venue_adopts). */
bool pg_venue_adopts(const pg_venue *venue);
bool pg_venue_adopt(pg_venue *venue, uint64_t id, const pg_open_order *found, uint8_t tif);

/* Cancels every open order of the account (or only those of `run`, unless it is 0) and looks until they are gone:
 * done gets the number that remains, 0 when all is well; err says why it could not be known. */
typedef void (*pg_cancelled_done)(void *self, int remaining, const pg_error *err);
void pg_venue_cancel_all(pg_venue *venue, uint64_t run, void *self, pg_cancelled_done done);

/* Reads open orders, positions and equity. */
typedef void (*pg_account_done)(void *self, const pg_account_state *state, const pg_error *err);
void pg_venue_account(pg_venue *venue, void *self, pg_account_done done);

/* Reports every fill since a time (inclusive) once more, then calls done. */
typedef void (*pg_venue_done)(void *self, const pg_error *err);
void pg_venue_fills_since(pg_venue *venue, int64_t time_ns, void *self, pg_venue_done done);

/* Asks for the last trades of a market, as many as the venue lists: oldest first, local_ns the time of the answer. They are
 * given whether they were told before or not, and nothing of them goes to the sink. trades: NULL with *err when there is
 * no answer. */
typedef void (*pg_trades_done)(void *self, const pg_event *trades, int count, const pg_error *err);
void pg_venue_trades(pg_venue *venue, int market, void *self, pg_trades_done done);

/* Sets the dead-man's switch to go off in `seconds` (0: takes it away). PG_ERR_UNSUPPORTED in done where there is
 * none. */
void pg_venue_arm_switch(pg_venue *venue, int seconds, void *self, pg_venue_done done);

void pg_venue_set_leverage(pg_venue *venue, int market, int leverage, bool cross, void *self, pg_venue_done done);

/* ---- for the venues ---- */

/* What a venue implements; the functions above call these. A pg_venue begins with a pointer to its type. */
typedef struct {
    const char *kind;
    pg_status (*open)(pg_venue **venue, const pg_venue_config *config, pg_loop *loop, pg_venue_sink sink,
                      pg_error *err);
    void (*close)(pg_venue *venue);
    const pg_instrument *(*instrument)(const pg_venue *venue, int market);
    const pg_venue_facts *(*facts)(const pg_venue *venue);
    bool (*has_room)(const pg_venue *venue, int requests, bool cancels);
    void (*submit)(pg_venue *venue, const pg_submit *list, int count);
    bool (*adopt)(pg_venue *venue, uint64_t id, const pg_open_order *found, uint8_t tif); /* NULL: it cannot */
    void (*cancel_all)(pg_venue *venue, uint64_t run, void *self, pg_cancelled_done done);
    void (*account)(pg_venue *venue, void *self, pg_account_done done);
    void (*fills_since)(pg_venue *venue, int64_t time_ns, void *self, pg_venue_done done);
    void (*trades)(pg_venue *venue, int market, void *self, pg_trades_done done);
    void (*arm_switch)(pg_venue *venue, int seconds, void *self, pg_venue_done done);
    void (*set_leverage)(pg_venue *venue, int market, int leverage, bool cross, void *self, pg_venue_done done);
} pg_venue_type;

struct pg_venue {
    const pg_venue_type *type;
};

#endif
