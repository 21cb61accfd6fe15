/* Desired quotes, and the fewest requests that bring the open orders there.
 *
 * A strategy declares what should rest. An order at a wanted price is kept, with its place in the queue, as long as its
 * size is within the tolerance or only has to shrink; what is left over is moved by replacement (one message instead
 * of two), then cancelled or placed. Orders with a request in flight are left alone: the next reply or quote looks
 * again. Nothing is sent that could make position and open orders together exceed the limit, even if everything on its
 * way fills: what does not fit waits. Where a replacement is set afresh (pg_orders.fresh_replace) it needs room beside
 * the order that it replaces; without that room the order is cancelled and placed anew when it is gone. */
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
    uint8_t tif;
    bool reduce_only;
} pg_quotes;

typedef struct {
    double size_tolerance;    /* relative size difference that is left as it is; quant.md 6.8: 0.1 */
    int64_t price_tolerance;  /* an order this close (price units) to a wanted price counts as being there */
    bool replace_loses_place; /* any replacement goes to the end of the queue: one that shrinks an order has no place
                                 to keep, and goes to the wanted price at once */
} pg_quote_policy;

/* Sends what is needed; returns the number of requests sent. */
int pg_quotes_reconcile(pg_orders *orders, const pg_quotes *wanted, const pg_quote_policy *policy, int64_t now_ns);

#endif
