/* The order manager: every open order of one market, and the requests that change them.
 *
 * A fixed pool; nothing is allocated after creation. Orders leave the pool when they are final. */
#ifndef PG_TRADE_ORDERS_H
#define PG_TRADE_ORDERS_H

#include "trade/order.h"

enum { PG_ORDERS_MAX = 256 };

typedef struct {
    uint64_t placed;
    uint64_t filled; /* orders with at least one fill */
    uint64_t cancelled;
    uint64_t rejected;
    uint64_t replaced;
    uint64_t requests;  /* messages sent */
    uint64_t unmatched; /* replies that fitted no order or state */
} pg_order_counts;

typedef struct {
    pg_order order[PG_ORDERS_MAX]; /* in order of placing */
    int count;
    bool changed;       /* set whenever an order changes by a reply: desired quotes may need another look */
    int64_t due_ns;     /* when quotes need another look although nothing happens (quotes.h); INT64_MAX: never */
    bool fresh_replace; /* the venue sets a replacement's size afresh: old and new may both fill. By the caller */
    uint64_t next_id;
    pg_order_counts counts;
    pg_gateway gateway;
} pg_orders;

/* Empties the pool; ids start at first_id. */
void pg_orders_init(pg_orders *orders, pg_gateway gateway, uint64_t first_id);

/* Sends a new order at time now_ns. Returns its id, 0 when the pool is full. */
uint64_t pg_orders_place(pg_orders *orders, const pg_request *request, bool quoted, int64_t now_ns);

/* Takes in an order that rests at the venue already, with an id of an earlier session; its age counts from sent_ns.
 * False when the pool is full or the id is known. */
bool pg_orders_adopt(pg_orders *orders, const pg_order *order);

/* Asks for a cancel. False when there is no such order or it cannot be cancelled now (a request is in flight). */
bool pg_orders_cancel(pg_orders *orders, pg_order *order);

/* Asks for a new price and open size at time now_ns. False when the order is not live. */
bool pg_orders_replace(pg_orders *orders, pg_order *order, int64_t price, int64_t size, int64_t now_ns);

/* Open order by id, NULL when there is none. */
pg_order *pg_orders_find(pg_orders *orders, uint64_t id);

/* Cancels whatever can be cancelled now; returns how many orders are still open. */
int pg_orders_cancel_all(pg_orders *orders);

/* Applies a reply and copies the order as it is afterwards to *after; final orders leave the pool.
 * False (counted in unmatched) when the reply fits no open order. */
bool pg_orders_reply(pg_orders *orders, const pg_reply *reply, pg_order *after);

/* Open size of a side, with everything on its way at its largest: what could still fill. With fresh_replace that is
 * the old and the new size of each replacement in flight. */
int64_t pg_orders_open_size(const pg_orders *orders, int side);

#endif
