/* The risk gate: what no script can get around.
 *
 * Every request passes pg_risk_check before it is recorded and sent. Whatever is open or on its way counts as if it
 * filled: limits on positions hold for the worst case, not for the likely one. A limit on a total refuses only what
 * makes that total larger, so what reduces a position is never refused by it. Cancels are never refused.
 *
 * Consequences (risk_limits.h): a request is refused; a market may only reduce; quotes are pulled until it is over;
 * everything is shut down, which is latched until the process ends or pg_risk_reset. A value equal to a limit is within
 * it; what cannot be judged (no mark yet) is refused.
 *
 * A market here is one strategy's orders on one instrument of one account: two strategies on the same instrument are
 * two markets, and their orders are kept from meeting each other. Integers throughout; nothing is allocated after
 * pg_risk_new; a check takes about 0.1 us beyond the formatting of a refusal. One thread. */
#ifndef PG_TRADE_RISK_H
#define PG_TRADE_RISK_H

#include "market/instrument.h"
#include "trade/order.h"
#include "trade/orders.h"
#include "trade/risk_limits.h"

typedef struct pg_risk pg_risk;

enum { PG_RISK_MARKETS = 256, PG_RISK_ACCOUNTS = 64, PG_RISK_TEXT = 256 };

typedef enum { PG_FEED_BOOK, PG_FEED_TRADES, PG_FEED_ACCOUNT, PG_FEEDS } pg_feed;

typedef enum { PG_RISK_NORMAL, PG_RISK_REDUCE_ONLY, PG_RISK_PULL, PG_RISK_SHUTDOWN } pg_risk_state;

/* The host's own reasons to pull quotes, as bits of pg_risk_hold. */
typedef enum {
    PG_HOLD_OPERATOR = 1,   /* paused by hand */
    PG_HOLD_LEDGER = 2,     /* no room to record */
    PG_HOLD_GUARD = 4,      /* the guard is gone */
    PG_HOLD_LINK = 8,       /* a connection is down */
    PG_HOLD_SCRIPT = 16,    /* the script failed */
    PG_HOLD_RECONCILE = 32, /* positions or orders do not agree with the venue's */
    PG_HOLD_OPEN = 64,      /* what is open is beyond limits that were tightened; set and cleared by pg_risk itself */
    PG_HOLD_SWITCH = 128    /* the venue's dead-man's switch was set, and cannot be set again */
} pg_hold;

/* Open orders of a market, with everything on its way at its largest. */
typedef struct {
    int64_t size[2]; /* bids, asks */
    int64_t best[2]; /* highest own bid, lowest own ask, wherever a replacement ends; 0: none */
    int count;
} pg_risk_open;

/* Reads that from an order manager. */
void pg_risk_look(pg_risk_open *open, const pg_orders *orders);

typedef struct {
    bool allowed;
    uint8_t reason; /* pg_reason, for the script */
    uint8_t limit;  /* pg_risk_limit */
    char text
        [PG_RISK_TEXT]; /* with the figures: "max_position_usd: 0.5 ETH more could make 10,250 USD, the limit is 10,000" */
} pg_risk_verdict;

/* general: for every market and account without limits of its own; may be NULL (none). PG_ERR_RANGE, PG_ERR_MEMORY. */
pg_status pg_risk_new(pg_risk **risk, const pg_risk_limits *general, pg_error *err);
void pg_risk_free(pg_risk *risk);

/* account: a number of the caller's, 0..PG_RISK_ACCOUNTS-1; its limits are the general ones. fresh_replace: a
 * replacement's size is set afresh, so that old and new could both fill (pg_venue_facts). limits: NULL for the general
 * ones. *market is the index for all that follows. PG_ERR_FULL, PG_ERR_RANGE (a limit does not fit this market). */
pg_status pg_risk_add_market(pg_risk *risk, int *market, int account, const pg_instrument *instrument,
                             bool fresh_replace, const pg_risk_limits *limits, pg_error *err);

/* ---- what is known ---- */

/* The mark or mid, doubled (bid + ask); > 0. */
void pg_risk_mark(pg_risk *risk, int market, int64_t mark_x2);

/* This market's signed position, and its open orders, whenever they change. */
void pg_risk_position(pg_risk *risk, int market, int64_t quantity);
void pg_risk_set_open(pg_risk *risk, int market, const pg_risk_open *open);

/* A message of a feed arrived (a heartbeat counts). ACCOUNT: for all markets of that market's account. */
void pg_risk_heard(pg_risk *risk, int market, pg_feed feed, int64_t now_ns);

/* Equity of an account in 1e-6 quote: may trip daily loss or drawdown. */
void pg_risk_equity(pg_risk *risk, int account, int64_t equity_e6, int64_t now_ns);

/* What an earlier process of this day knew: equity at 00:00 UTC and the peak. Before the first equity. */
void pg_risk_restore(pg_risk *risk, int account, int64_t day_start_e6, int64_t peak_e6, int64_t now_ns);

/* Money was paid in (> 0) or out: no profit, no loss. */
void pg_risk_transfer(pg_risk *risk, int account, int64_t amount_e6);

/* Margin that is free according to the venue at this moment, with the positions as last told here. */
void pg_risk_margin(pg_risk *risk, int account, int64_t free_e6);

/* Cascade severity (0 to 1 and above). Not finite: pulled. */
void pg_risk_cascade(pg_risk *risk, int market, double severity);

/* Sets or clears a reason of the host's; market -1: for all markets. */
void pg_risk_hold(pg_risk *risk, int market, pg_hold hold, bool on);

/* ---- what is allowed ---- */

/* Judges a request, given this market's open orders now (taken as by pg_risk_set_open). An allowed new order or
 * replacement uses up its part of the rate. Returns verdict->allowed; text is "" when allowed. */
bool pg_risk_check(pg_risk *risk, int market, const pg_request *request, const pg_risk_open *open, int64_t now_ns,
                   pg_risk_verdict *verdict);

/* How much more may be open on each side in all (bids, asks), by the position limits; for pg_quotes.room. In
 * REDUCE_ONLY what is held, on the other side; in PULL and SHUTDOWN nothing. */
void pg_risk_room(pg_risk *risk, int market, int64_t now_ns, int64_t room[2]);

/* Where a market stands; *limit (may be NULL) gets the limit that says so. */
pg_risk_state pg_risk_get_state(pg_risk *risk, int market, int64_t now_ns, pg_risk_limit *limit);

/* The same with the figures, into text[PG_RISK_TEXT]: "" when all is normal. Returns text. */
char *pg_risk_explain(pg_risk *risk, int market, int64_t now_ns, char *text);

const char *pg_risk_state_name(int state);

/* The kill switch. The first reason stays. */
void pg_risk_kill(pg_risk *risk, const char *reason);

/* The reason of the shutdown (kill, daily loss, drawdown); NULL when there is none. */
const char *pg_risk_killed(const pg_risk *risk);

/* Ends a shutdown; by a person, who has looked. Peak and day's start begin anew at the present equity. */
void pg_risk_reset(pg_risk *risk);

/* ---- configuration ---- */

/* New limits for one market, or (-1) the general ones. Tightening takes effect at once: where what is open, as last
 * told, is beyond them or could become so, quotes are pulled until it is not. PG_ERR_INVALID, and nothing changes, when
 * any is looser and allow_loosen is false: the error names it with both values. */
pg_status pg_risk_reload(pg_risk *risk, int market, const pg_risk_limits *limits, bool allow_loosen, pg_error *err);

/* Whether pg_risk_reload would; nothing changes. */
pg_status pg_risk_may_reload(const pg_risk *risk, int market, const pg_risk_limits *limits, bool allow_loosen,
                             pg_error *err);

/* One line a limit, effective values in currency, for `perigee check`; the callback gets each. */
typedef void (*pg_risk_line_fn)(void *self, const char *name, const char *value, const char *consequence,
                                const char *doc);
void pg_risk_describe(const pg_risk_limits *limits, void *self, pg_risk_line_fn fn);

#endif
