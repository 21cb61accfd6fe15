/* Desired quotes, and the fewest requests that bring the open orders there.
 *
 * A strategy declares what should rest. An order at a wanted price is kept, with its place in the queue, as long as its
 * size is within the tolerance or only has to shrink; what is left over is moved by replacement (one message instead
 * of two), then cancelled or placed. Orders with a request in flight are left alone: the next reply or quote looks
 * again. Nothing is sent that could make position and open orders together exceed the limit, even if everything on its
 * way fills: what does not fit waits. Where a replacement is set afresh (pg_orders.fresh_replace) it needs room beside
 * the order that it replaces; without that room the order is cancelled and placed anew when it is gone.
 *
 * A policy can ask for more patience, or less: an order near its wanted price stays (reprice_bps), a young one is not
 * touched (min_life_ns), an old one is placed anew (refresh_ns) or cancelled (timeout_ns). All of it is counted from
 * pg_order.since_ns, on the caller's clock. What falls due without anything happening is told in pg_orders.due_ns. */
#ifndef PG_TRADE_QUOTES_H
#define PG_TRADE_QUOTES_H

#include "trade/orders.h"

enum { PG_QUOTE_LEVELS = 32 };

typedef struct {
    int64_t price;
    int64_t size;
} pg_quote_level;

/* What should rest on one side; prices differ from each other. */
typedef struct {
    pg_quote_level level[PG_QUOTE_LEVELS];
    int count;
} pg_quote_side;

typedef struct {
    pg_quote_side side[2]; /* bids, asks */
    int64_t room[2];       /* what may be open on each side in all, whatever is on its way: the position limit */
    int64_t touch[2];      /* best bid and ask of the market; 0: none, or nobody asks (pg_quotes_watch_touch) */
    uint8_t tif;
    bool reduce_only;
    uint8_t only; /* PG_BUY or PG_SELL: the other side is pulled, and this one placed when nothing of that is open */
} pg_quotes;

/* Everything that is 0 is off. */
typedef struct {
    double size_tolerance;   /* relative size difference that is left as it is; quant.md 6.8: 0.1 */
    int64_t price_tolerance; /* an order this close (price units) to a wanted price counts as being there */
    double reprice_bps;      /* the same as a part of the wanted price; the wider of the two counts. An order beside its
                                 wanted price goes there all the same once it reaches the other side's touch, or what is
                                 wanted there */
    bool replace_loses_place; /* any replacement goes to the end of the queue: one that shrinks an order has no place
                                 to keep, and goes to the wanted price at once */
    int64_t min_life_ns;      /* a quote is left as it is until it has this age, unless its side is pulled (nothing is
                                 wanted there), it reaches the other side as above, or the side is beyond its room */
    int64_t refresh_ns;       /* a quote of this age that would be kept is cancelled, and placed anew when it is gone */
    int64_t timeout_ns;       /* any order of this age is cancelled (pg_quotes_expire) */
    bool ping_pong;           /* one side at a time: by the caller, who sets pg_quotes.only */
} pg_quote_policy;

/* Whether pg_quotes.touch is looked at. */
bool pg_quotes_watch_touch(const pg_quote_policy *policy);

/* Cancels every order of the age timeout_ns, and takes the levels of those that are quotes out of *wanted: they are
 * placed again when they are declared again. To be called before the reconciliation. Returns the number of requests. */
int pg_quotes_expire(pg_orders *orders, pg_quotes *wanted, const pg_quote_policy *policy, int64_t now_ns);

/* Sends what is needed, and sets orders->due_ns; returns the number of requests sent. */
int pg_quotes_reconcile(pg_orders *orders, const pg_quotes *wanted, const pg_quote_policy *policy, int64_t now_ns);

#endif
