#include "trade/order.h"

enum { REPLY_KINDS = PG_REPLY_REPLACE_REFUSED + 1 };

#define NEW  PG_ORDER_PENDING_NEW
#define LIVE PG_ORDER_LIVE
#define REPL PG_ORDER_PENDING_REPLACE
#define CANC PG_ORDER_PENDING_CANCEL
#define GONE PG_ORDER_CANCELLED
#define REJD PG_ORDER_REJECTED

/* Next state by state and reply; 0: the reply is not possible there. A fill keeps the state (and makes it FILLED when
 * nothing remains). A refused cancel or replacement says that the order stands; that it is gone was or will be told
 * by a reply of its own. */
static const uint8_t next_state[PG_ORDER_STATES][REPLY_KINDS] = {
    /*         -  ACCEPTED REJECTED FILL  CANCELLED REPLACED CANCEL_REF REPLACE_REF */
    [NEW] = { 0, LIVE, REJD, NEW, GONE, 0, 0, 0 },
    [LIVE] = { 0, 0, 0, LIVE, GONE, 0, 0, 0 },
    [REPL] = { 0, 0, 0, REPL, GONE, LIVE, 0, LIVE },
    [CANC] = { 0, CANC, REJD, CANC, GONE, CANC, LIVE, CANC },
};

bool pg_order_is_final(const pg_order *order)
{
    return order->state >= PG_ORDER_FILLED;
}

/* Whether a replacement is in flight that is an order of its own beside this one. */
static bool is_apart(const pg_order *order)
{
    return order->fresh && order->state == PG_ORDER_PENDING_REPLACE;
}

static bool can_fill(const pg_order *order, int64_t size)
{
    int64_t beside = is_apart(order) ? order->next_size : 0;
    return size > 0 && (size <= order->remaining || size - order->remaining <= beside);
}

/* Takes a fill off the order, and off its replacement in flight. True when nothing of it can fill any more. */
static bool take_fill(pg_order *order, int64_t size)
{
    bool apart = is_apart(order);
    int64_t of_next = 0;
    if (apart && size > order->remaining)
        of_next = size - order->remaining;
    else if (!order->fresh) /* it happened before the replacement: replies come in the order of happening */
        of_next = size < order->next_size ? size : order->next_size;
    order->filled += size;
    order->remaining -= apart ? size - of_next : size;
    order->next_size -= of_next;
    return order->remaining == 0 && !apart;
}

bool pg_order_can_take(const pg_order *order, const pg_reply *reply)
{
    return !pg_order_is_final(order) && reply->kind < REPLY_KINDS && next_state[order->state][reply->kind] != 0 &&
           (reply->kind != PG_REPLY_FILL || can_fill(order, reply->size));
}

bool pg_order_apply(pg_order *order, const pg_reply *reply)
{
    if (!pg_order_can_take(order, reply))
        return false;
    uint8_t next = next_state[order->state][reply->kind];
    switch (reply->kind) {
    case PG_REPLY_FILL:
        if (take_fill(order, reply->size))
            next = PG_ORDER_FILLED;
        break;
    case PG_REPLY_REPLACE_REFUSED:
        if (order->remaining == 0)
            next = PG_ORDER_FILLED;
        break;
    case PG_REPLY_REPLACED:
        order->price = reply->price;
        order->remaining = reply->remaining;
        order->since_ns = order->next_ns;
        break;
    default: break;
    }
    order->state = next;
    return true;
}

const char *pg_order_state_name(int state)
{
    static const char *const names[PG_ORDER_STATES] = { "none",           "pending_new", "live",      "pending_replace",
                                                        "pending_cancel", "filled",      "cancelled", "rejected" };
    return state >= 0 && state < PG_ORDER_STATES ? names[state] : "unknown";
}

const char *pg_reason_name(int reason)
{
    static const char *const names[PG_REASONS] = {
        "none",       "post_only", "reduce_only", "price",       "size",   "min_notional", "unknown",  "ioc",
        "self_trade", "too_many",  "expired",     "limit",       "margin", "far_price",    "no_match", "capped",
        "rate_limit", "closed",    "signature",   "liquidation", "switch", "unsent",       "other"
    };
    return reason >= 0 && reason < PG_REASONS ? names[reason] : "unknown";
}
